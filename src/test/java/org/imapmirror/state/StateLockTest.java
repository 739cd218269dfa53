package org.imapmirror.state;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class StateLockTest {
    @TempDir Path folder;

    @Test
    void aSecondOwnerIsRefusedUntilTheFirstIsGone() {
        Path state = folder.resolve("a/b");
        try (StateLock _ = StateLock.acquire(state)) {
            assertThatThrownBy(() -> StateLock.acquire(state))
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> {
                                if (e.fault() != StateException.Fault.BUSY) {
                                    throw new AssertionError(e.fault());
                                }
                            })
                    .hasMessageContaining(state.toString())
                    .hasMessageContaining("another imapmirror")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        StateLock.acquire(state).close();
    }

    @Test
    void aFolderThatCannotBeIsNamed() {
        assertThatThrownBy(() -> StateLock.acquire(Path.of("/dev/null/state")))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("/dev/null/state");
    }
}
