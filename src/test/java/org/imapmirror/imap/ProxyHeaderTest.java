package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.imap.ProxyHeader.End;
import org.imapmirror.imap.ProxyHeader.Version;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

class ProxyHeaderTest {
    private static final End V4 = new End(new byte[] {(byte) 192, 0, 2, (byte) 200}, 65535);
    private static final End V6 =
            new End(HexFormat.of().parseHex("20010db8000000000000000000000001"), 993);

    @Test
    void ownConnections() {
        assertThat(ProxyHeader.own(Version.NONE)).isEmpty();
        assertThat(text(ProxyHeader.own(Version.V1))).isEqualTo("PROXY UNKNOWN\r\n");
        assertThat(hex(ProxyHeader.own(Version.V2))).isEqualTo("0d0a0d0a000d0a515549540a20000000");
    }

    @Test
    void clients() {
        assertThat(ProxyHeader.of(Version.NONE, V4, V4)).isEmpty();
        assertThat(text(ProxyHeader.of(Version.V1, V4, new End(new byte[] {10, 0, 0, 1}, 143))))
                .isEqualTo("PROXY TCP4 192.0.2.200 10.0.0.1 65535 143\r\n");
        assertThat(text(ProxyHeader.of(Version.V1, V6, V6)))
                .isEqualTo("PROXY TCP6 2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:1 993 993\r\n");
        assertThat(hex(ProxyHeader.of(Version.V2, V4, V4)))
                .isEqualTo("0d0a0d0a000d0a515549540a2111000cc00002c8c00002c8ffffffff");
    }

    @Test
    void mixedFamiliesAreWrittenAsIpv6() {
        assertThat(text(ProxyHeader.of(Version.V1, V4, V6)))
                .startsWith("PROXY TCP6 0:0:0:0:0:ffff:c000:2c8 2001:");
        assertThat(hex(ProxyHeader.of(Version.V2, V4, V6)))
                .startsWith(
                        "0d0a0d0a000d0a515549540a2121002400000000000000000000ffffc00002c8"
                                + "20010db8");
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.US_ASCII);
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
