package org.imapmirror.app.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

class FileModesTest {
    @TempDir Path directory;
    private Path secret = Path.of("");

    @BeforeEach
    void layOut() throws IOException {
        for (String folder : List.of("journal", "journal/spool", "journal/spool/0a", "state")) {
            mode(Files.createDirectory(directory.resolve(folder)), "rwx------");
        }
        for (String file : List.of("journal/journal.db", "journal/lock", "state/state.db-wal")) {
            mode(Files.createFile(directory.resolve(file)), "rw-------");
        }
        secret = mode(Files.writeString(directory.resolve("secret"), "s3cret"), "rw-r-----");
    }

    private static Path mode(Path path, String mode) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private Config config() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("imapmirror.yaml"),
                        """
                        listeners: [{bind: "127.0.0.1:1143", tls: none}]
                        servers:
                          old:
                            address: "a:993"
                            login: {method: master, user: "{user}*m", password: "${file:UTF-8:%s}"}
                        route: {primary: old}
                        journal: {directory: %s}
                        state: {url: "jdbc:sqlite:%s"}
                        """
                                .formatted(
                                        secret,
                                        directory.resolve("journal"),
                                        directory.resolve("state/state.db")));
        return ConfigLoader.load(file);
    }

    private List<Finding> findings() throws Exception {
        return new FileModes(config()).findings();
    }

    @Test
    void whatIsOursAloneIsNotWorthAWord() throws Exception {
        assertThat(findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "journal",
                "journal/spool",
                "journal/spool/0a",
                "journal/journal.db",
                "state",
                "state/state.db-wal"
            })
    void whatOthersHaveAPartInIsAnErrorWithItsRemedy(String path) throws Exception {
        Path open = directory.resolve(path);
        String before = PosixFilePermissions.toString(Files.getPosixFilePermissions(open));
        for (String foreign : List.of("r-----", "-w----", "---r--", "----w-")) {
            mode(open, before.substring(0, 3) + foreign);
            assertThat(findings())
                    .singleElement()
                    .satisfies(
                            f -> assertThat(f.level()).isEqualTo(Finding.Level.ERROR),
                            f -> assertThat(f.text()).contains(open.toString()),
                            f -> assertThat(f.remedy()).isEqualTo("chmod go= " + open));
        }
    }

    @Test
    void aSecretThatEveryUserMayReadIsAWarning() throws Exception {
        mode(secret, "rw-r--r--");
        assertThat(findings())
                .singleElement()
                .satisfies(
                        f -> assertThat(f.level()).isEqualTo(Finding.Level.WARNING),
                        f -> assertThat(f.subject()).isEqualTo(secret.toString()),
                        f -> assertThat(f.toString()).doesNotContain("s3cret"));
    }

    @Test
    void whatIsNotThereYetIsRight() throws Exception {
        try (Stream<Path> files = Files.walk(directory.resolve("journal"))) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        assertThat(findings()).isEmpty();
    }
}
