package org.imapmirror.app.sync;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A table of all accounts that is printed again and again: in place on a terminal, now and then
/// elsewhere.
final class Board implements AutoCloseable {
    private static final int ROWS = 40;
    private static final long TERMINAL_MILLIS = 1000;
    private static final long PLAIN_MILLIS = 60_000;

    private final PrintWriter out;
    private final boolean bar;
    private final boolean quiet;
    private final Supplier<List<String[]>> table;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread drawer;
    private int drawn;

    /// @param table heads first
    Board(PrintWriter out, Terminal progress, boolean json, Supplier<List<String[]>> table) {
        this.out = out;
        this.bar = progress.bar();
        this.quiet = progress == Terminal.NONE || (json && progress == Terminal.AUTO);
        this.table = table;
        this.drawer = Thread.ofVirtual().name("board").start(this::draw);
    }

    private void draw() {
        if (quiet) {
            return;
        }
        try {
            while (!closed.await(bar ? TERMINAL_MILLIS : PLAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                show();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void show() {
        List<String[]> rows = table.get();
        if (rows.size() > ROWS) {
            // The accounts that are at work are what one wants to see.
            rows =
                    rows.stream()
                            .filter(row -> row[2].equals("STATE") || row[2].equals("running"))
                            .limit(ROWS)
                            .toList();
        }
        erase();
        ReportText.columns(rows, out);
        drawn = bar ? rows.size() : 0;
        out.flush();
    }

    private void erase() {
        if (drawn > 0) {
            // Up to where the table began, and away with all below.
            out.print("\u001b[" + drawn + "A\u001b[J");
            drawn = 0;
        }
    }

    synchronized void line(String text) {
        erase();
        out.println(Screen.clean(text));
        out.flush();
    }

    /// An account is at its end.
    void ended(String text) {
        if (!quiet) {
            line(text);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        drawer.interrupt();
        synchronized (this) {
            erase();
            out.flush();
        }
    }
}
