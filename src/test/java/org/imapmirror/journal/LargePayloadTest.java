package org.imapmirror.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

class LargePayloadTest {
    @TempDir Path folder;

    @Test
    void aBodyMuchLargerThanTheHeapPassesThroughTheSpool() throws IOException {
        try (ChildJvm child =
                ChildJvm.start(
                        LargePayload.class,
                        List.of("-Xmx24m", "-XX:MaxDirectMemorySize=8m"),
                        folder.toString(),
                        "100000000")) {
            assertThat(child.out().readLine()).isEqualTo("100000000");
        }
    }
}
