package dev.lockstep.cli.option;

import dev.lockstep.support.LockstepException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An address to serve at, as it is typed: {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code :PORT}. */
public final class ListenAddress {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)\\]|([^\\[\\]:/@]*)):([0-9]{1,5})");

    private ListenAddress() {}

    /**
     * What it means.
     *
     * @param option what it was given by
     * @throws LockstepException usage: it is no address, or its host is unknown
     */
    public static InetSocketAddress of(String option, String typed) {
        Matcher matcher = FORM.matcher(typed);
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65_535) {
            throw LockstepException.usage(
                    "no address to serve at: '" + typed + "'",
                    option + " takes HOST:PORT, [IPV6]:PORT or :PORT, as in 127.0.0.1:8787");
        }
        int port = Integer.parseInt(matcher.group(3));
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        if (host.isEmpty() || host.equals("*")) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw LockstepException.usage("no host has the name '" + host + "'", option + " 127.0.0.1:" + port);
        }
    }

    /** As it stands in a URL. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress()
                .getHostAddress()
                .replaceFirst("^0:0:0:0:0:0:0:([01])$", "::$1")
                .replaceFirst("::0$", "::");
        return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
