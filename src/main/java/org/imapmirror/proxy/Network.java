package org.imapmirror.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/// The addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`, or a single one.
///
/// @param prefix how many bits of `base` count
public record Network(InetAddress base, int prefix) {
    public Network {
        int bits = base.getAddress().length * 8;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("has a prefix that is not 0 to " + bits);
        }
        if (!Arrays.equals(base.getAddress(), masked(base.getAddress(), prefix))) {
            throw new IllegalArgumentException("has bits behind its prefix");
        }
    }

    /// @throws IllegalArgumentException where it is neither an address nor an address, `/` and the
    ///   number of bits that count; the message goes on after the text
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress base;
        try {
            base = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not an address or network", e);
        }
        String bits = slash < 0 ? "" : text.substring(slash + 1);
        if (slash >= 0 && !bits.matches("0|[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException("is not an address or network");
        }
        return new Network(base, slash < 0 ? base.getAddress().length * 8 : Integer.parseInt(bits));
    }

    public boolean contains(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == base.getAddress().length
                && Arrays.equals(base.getAddress(), masked(octets, prefix));
    }

    /// Those that most likely are one machine or household: an IPv4 address, the 64 bits of an IPv6
    /// one that a client cannot choose.
    static Network around(InetAddress address) {
        byte[] octets = address.getAddress();
        int prefix = octets.length == 4 ? 32 : 64;
        try {
            return new Network(InetAddress.getByAddress(masked(octets, prefix)), prefix);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("bug: an address of a strange length", e);
        }
    }

    static boolean anyContains(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static byte[] masked(byte[] octets, int prefix) {
        byte[] masked = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            int bits = Math.clamp(prefix - i * 8L, 0, 8);
            masked[i] = (byte) (octets[i] & (0xff00 >> bits));
        }
        return masked;
    }

    @Override
    public String toString() {
        return base.getHostAddress() + "/" + prefix;
    }
}
