package dev.lockstep.testing;

import dev.lockstep.testing.TransactionPooler.Message;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** The server connections of a {@link TransactionPooler}: each is lent for one transaction, the one that waited longest first. */
final class PooledServers {
    private static final int SIZE = 2;

    private final BlockingQueue<Server> idle = new LinkedBlockingQueue<>();
    private final Set<Server> all = ConcurrentHashMap.newKeySet();

    /** Somebody who is lent servers. */
    static final class Client {
        private final DataOutputStream out;
        private Server lent;

        Client(DataOutputStream out) {
            this.out = out;
        }

        DataOutputStream out() {
            return out;
        }
    }

    private final class Server {
        private final Socket socket;
        private final DataOutputStream out;
        private volatile Client borrower;
        private int unanswered;

        Server(Socket socket) throws IOException {
            this.socket = socket;
            this.out = new DataOutputStream(socket.getOutputStream());
        }

        /** What the server says is for who has it; if nobody has, it is lost. */
        private void answer() throws IOException {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (true) {
                    Message message = Message.from(in);
                    Client client = borrower;
                    if (client != null) {
                        pass(message, client);
                    }
                }
            } finally {
                all.remove(this);
                idle.remove(this);
                if (borrower != null) {
                    borrower.out.close();
                }
            }
        }

        private void pass(Message message, Client to) throws IOException {
            synchronized (to) {
                boolean done = message.type() == 'Z' && --unanswered == 0 && message.body()[0] == 'I';
                if (done) {
                    to.lent = null;
                    borrower = null;
                }
                message.to(to.out);
                if (done) {
                    idle.add(this);
                }
            }
        }
    }

    /** One more, logged in; as many as the pool is large are kept. */
    void add(Socket socket) throws IOException {
        if (all.size() >= SIZE) {
            socket.close();
            return;
        }
        Server server = new Server(socket);
        all.add(server);
        idle.add(server);
        ProxyLink.daemon("pooled server", server::answer);
    }

    void forget() {
        all.clear();
        idle.clear();
    }

    /** Passes on what a client says, until it leaves; in the middle of a transaction it takes the server with it. */
    void serve(Client client, DataInputStream in) throws IOException {
        try {
            Message message = Message.from(in);
            while (message.type() != 'X') {
                say(client, message);
                message = Message.from(in);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (client) {
                if (client.lent != null) {
                    client.lent.socket.close();
                }
            }
        }
    }

    private void say(Client client, Message message) throws IOException, InterruptedException {
        synchronized (client) {
            if (client.lent == null) {
                client.lent = idle.take();
                client.lent.borrower = client;
                client.lent.unanswered = 0;
            }
            if (message.type() == 'Q' || message.type() == 'S') {
                client.lent.unanswered++;
            }
            message.to(client.lent.out);
        }
    }
}
