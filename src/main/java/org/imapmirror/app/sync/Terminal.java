package org.imapmirror.app.sync;

import java.io.Console;

/// How a run shows its progress.
enum Terminal {
    /// A bar on a terminal, lines elsewhere.
    AUTO,
    BAR,
    LINES,
    NONE;

    boolean bar() {
        Console console = System.console();
        return this == BAR || (this == AUTO && console != null && console.isTerminal());
    }
}
