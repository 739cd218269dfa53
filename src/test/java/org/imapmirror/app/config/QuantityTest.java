package org.imapmirror.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1048576, 1048576",
        "20GB, 20000000000",
        "512 MB, 512000000",
        "64KiB, 65536",
        "2gib, 2147483648",
        "1TB, 1000000000000"
    })
    void sizeHasUnits(String text, long bytes) {
        assertThat(Quantity.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GB",
                "-1",
                "1.5GB",
                "1_000",
                "010",
                "20G",
                "20 gigabytes",
                "9999999999TB"
            })
    void otherSizesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.bytes(text));
    }

    @ParameterizedTest
    @CsvSource({
        "250ms, PT0.25S",
        "30s, PT30S",
        "5m, PT5M",
        "5min, PT5M",
        "1h, PT1H",
        "7d, P7D",
        "P7D, P7D",
        "PT1H30M, PT1H30M"
    })
    void durationHasUnits(String text, String iso) {
        assertThat(Quantity.duration(text)).isEqualTo(Duration.parse(iso));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "0", "1 hour", "-1s", "1_0s", "P", "7D", "99999999999999999999s"})
    void otherDurationsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.duration(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0143", "0x8f", "1_000", "12:30", "1e3", "-1", "99999999999"})
    void numberThatYamlReadersDisagreeAboutIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.integer(text));
    }
}
