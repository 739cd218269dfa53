package org.imapmirror.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

class MasterKeyTest {
    private static final byte[] OCTETS =
            HexFormat.of().parseHex("00112233445566778899aabbccddeeff".repeat(2));
    private static final byte[] PLAIN = "secret".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aKeyIsReadInBothForms() {
        MasterKey key = MasterKey.of(OCTETS);
        assertThat(MasterKey.parse(HexFormat.of().formatHex(OCTETS)).id()).isEqualTo(key.id());
        assertThat(MasterKey.parse(Base64.getEncoder().encodeToString(OCTETS) + "\n").id())
                .isEqualTo(key.id());
        assertThat(MasterKey.of(MasterKey.random()).id()).isNotEqualTo(key.id());
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutShowingIt() {
        for (String bad : List.of("", "hush-hush!", "aGVsbG8=", "00112233", "a".repeat(65))) {
            assertThatThrownBy(() -> MasterKey.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .satisfies(e -> {
                        if (!bad.isEmpty()) {
                            assertThat(e.getMessage()).doesNotContain(bad);
                        }
                    });
        }
        assertThat(MasterKey.of(OCTETS).toString()).doesNotContain("0011");
    }

    @Test
    void onlyTheSameKeyInTheSamePlaceUnsealsWhatNobodyChanged() throws Exception {
        MasterKey key = MasterKey.of(OCTETS);
        byte[] sealed = key.seal(PLAIN, "here");
        assertThat(sealed).hasSize(PLAIN.length + MasterKey.OVERHEAD);
        assertThat(key.unseal(sealed, "here")).isEqualTo(PLAIN);
        assertThat(key.seal(PLAIN, "here")).isNotEqualTo(sealed);
        refused(MasterKey.of(MasterKey.random()), sealed, "here");
        refused(key, sealed, "there");
        refused(key, Arrays.copyOf(sealed, 10), "here");
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            refused(key, changed, "here");
        }
    }

    private static void refused(MasterKey key, byte[] sealed, String context) {
        assertThatThrownBy(() -> key.unseal(sealed, context))
                .isInstanceOf(GeneralSecurityException.class);
    }
}
