package org.imapmirror.imap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Writes the header of the PROXY protocol, in which a proxy tells a server who is behind it before
/// anything else is said (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>). Reading
/// it is not done here.
public final class ProxyHeader {
    /// Which one a server expects.
    public enum Version {
        NONE,
        V1,
        V2
    }

    /// One end of a TCP connection.
    ///
    /// @param address 4 octets, or 16
    public record End(byte[] address, int port) {}

    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final int V2_LOCAL = 0x20;
    private static final int V2_PROXY = 0x21;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    private static final byte[] NOTHING = {};

    private ProxyHeader() {}

    /// For a connection that is the sender's own.
    ///
    /// @return empty without a version
    public static byte[] own(Version version) {
        return switch (version) {
            case NONE -> NOTHING;
            case V1 -> "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
            case V2 -> v2(V2_LOCAL, 0, 0).array();
        };
    }

    /// For a client's connection.
    ///
    /// @param listener what the client connected to
    /// @return empty without a version
    public static byte[] of(Version version, End client, End listener) {
        return switch (version) {
            case NONE -> NOTHING;
            case V1 -> v1(client, listener);
            case V2 -> v2(client, listener);
        };
    }

    private static byte[] v1(End client, End listener) {
        boolean v4 = bothV4(client, listener);
        return ("PROXY "
                        + (v4 ? "TCP4 " : "TCP6 ")
                        + text(client, v4)
                        + " "
                        + text(listener, v4)
                        + " "
                        + client.port()
                        + " "
                        + listener.port()
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] v2(End client, End listener) {
        boolean v4 = bothV4(client, listener);
        return v2(V2_PROXY, v4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6, v4 ? 12 : 36)
                .put(octets(client, v4))
                .put(octets(listener, v4))
                .putShort((short) client.port())
                .putShort((short) listener.port())
                .array();
    }

    private static ByteBuffer v2(int command, int family, int length) {
        return ByteBuffer.allocate(SIGNATURE.length + 4 + length)
                .put(SIGNATURE)
                .put((byte) command)
                .put((byte) family)
                .putShort((short) length);
    }

    private static boolean bothV4(End client, End listener) {
        return client.address().length == 4 && listener.address().length == 4;
    }

    /// An IPv4 address beside an IPv6 one is written as IPv6 can hold it.
    private static byte[] octets(End end, boolean v4) {
        if (v4 || end.address().length == 16) {
            return end.address();
        }
        return ByteBuffer.allocate(16)
                .putLong(0)
                .putShort((short) 0)
                .putShort((short) -1)
                .put(end.address())
                .array();
    }

    private static String text(End end, boolean v4) {
        StringBuilder text = new StringBuilder();
        ByteBuffer octets = ByteBuffer.wrap(octets(end, v4));
        while (octets.hasRemaining()) {
            if (!text.isEmpty()) {
                text.append(v4 ? '.' : ':');
            }
            text.append(
                    v4
                            ? Integer.toString(octets.get() & 0xff)
                            : Integer.toHexString(octets.getShort() & 0xffff));
        }
        return text.toString();
    }
}
