package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

class CanonicalDigestTest {
    private static String digest(String text) {
        CanonicalDigest digest = new CanonicalDigest();
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        digest.write(octets, 0, octets.length);
        return digest.hex();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance("SHA-256")
                                .digest(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest
    @CsvSource({
        "'a\r\nb\r\n', 'a\r\nb'",
        "'a\nb\n', 'a\r\nb'",
        "'a\r\nb\r\n\r\n\n\r\n', 'a\r\nb'",
        "'a\n\n\nb', 'a\r\n\r\n\r\nb'",
        "'a\rb', 'a\rb'",
        "'a\r\r\nb', 'a\r\r\nb'",
        "'a\r', 'a\r'",
        "'a\n\r', 'a\r\n\r'",
        "'', ''",
        "'\r\n\r\n', ''"
    })
    void lineEndsAreCrlfAndTrailingOnesAreCut(String text, String canonical) throws Exception {
        assertThat(digest(text)).isEqualTo(sha256(canonical));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void piecesDoNotMatter(long seed) throws Exception {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("ab\r\n\n".charAt(random.nextInt(5)));
        }
        text.append("x".repeat(20_000)).append("end");
        String canonical = text.toString().replace("\r\n", "\n").replace("\n", "\r\n");
        byte[] octets = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        CanonicalDigest digest = new CanonicalDigest();
        for (int at = 0; at < octets.length; ) {
            int n =
                    Math.min(
                            octets.length - at,
                            1 + random.nextInt(random.nextBoolean() ? 3 : 30_000));
            digest.write(octets, at, n);
            at += n;
        }
        assertThat(digest.hex()).isEqualTo(sha256(canonical));
    }

    @Test
    void singleOctetsAreTheSame() throws Exception {
        CanonicalDigest digest = new CanonicalDigest();
        for (char c : "a\nb\r\n".toCharArray()) {
            digest.write(c);
        }
        assertThat(digest.hex()).isEqualTo(sha256("a\r\nb"));
    }
}
