import dev.lockstep.realm.RealmHandler;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.realm.log.RelayEndpoint;
import dev.lockstep.transpile.service.LocalCache;
import java.net.URI;

/**
 * A replica that keeps what it has in memory in step with its realms by way of a relay, and needs no session of PostgreSQL.
 *
 * <pre>java -cp 'lib/*' examples/FollowARelay.java http://127.0.0.1:8787/events</pre>
 */
class FollowARelay {
    public static void main(String[] args) throws Exception {
        LocalCache<String> cache = new LocalCache<>(1_000_000, String::length);
        RelayEndpoint relay = RelayEndpoint.of(URI.create(args[0]));
        try (RealmListener listener = RealmListener.relayed(relay, RealmHandler.of(cache))) {
            listener.awaitReady();
            System.out.println("in step; end the input to stop");
            System.in.read();
        }
    }
}
