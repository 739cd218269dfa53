package org.imapmirror.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class WriteAheadLogTest {
    @TempDir Path folder;
    private WriteAheadLog log;
    private Path file;

    @BeforeEach
    void begin() {
        log = new WriteAheadLog(folder.resolve("state.db"));
        file = folder.resolve("state.db-wal");
    }

    /// A folder in the place of the file stands for a disk that refuses.
    @Test
    void onlyCommitsAreSynced() throws IOException {
        Files.createDirectory(file);
        log.sync();
        log.committed();
        assertThatThrownBy(log::sync).isInstanceOf(IOException.class);
        assertThatThrownBy(log::sync).isInstanceOf(IOException.class);

        Files.delete(file);
        Files.createFile(file);
        log.sync();
        Files.delete(file);
        Files.createDirectory(file);
        log.sync();
        log.committed();
        log.reopen();
        assertThatThrownBy(log::sync).isInstanceOf(IOException.class);
    }

    /// SQLite removes it with the last connection, after it moved everything into the main file.
    @Test
    void aLogThatIsGoneNeedsNoSync() throws IOException {
        assertThat(file).doesNotExist();
        log.committed();
        log.sync();
        assertThat(file).doesNotExist();
    }

    @Test
    void aClosedLogSyncsNothing() {
        log.committed();
        log.close();
        assertThatThrownBy(log::sync).isInstanceOf(IOException.class);
    }
}
