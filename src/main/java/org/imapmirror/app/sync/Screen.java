package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.SyncReport;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/// Shows how a run goes on: a bar that is drawn again and again on a terminal, plain lines
/// elsewhere.
final class Screen implements Progress {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 30_000_000_000L;
    private static final int BAR = 30;

    /// From the cursor to the line's end.
    private static final String ERASE = "\u001b[K";

    private static final String NO_WRAP = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean quiet;
    private final AtomicBoolean stopped;
    private final Remaining remaining = new Remaining();
    private long folders;
    private long messages;
    private long failures;
    private String folder = "";
    private long drawn = System.nanoTime();
    private boolean shown;

    /// @param quiet shows nothing at all
    /// @param stopped ends the run in order once it is true
    Screen(PrintWriter out, boolean terminal, boolean quiet, AtomicBoolean stopped) {
        this.out = out;
        this.terminal = terminal;
        this.quiet = quiet;
        this.stopped = stopped;
    }

    @Override
    public synchronized void planned(long folders, long messages) {
        this.folders = folders;
        this.messages = messages;
        line("%d mailboxes, %d messages".formatted(folders, messages));
    }

    @Override
    public synchronized void left(String name, long messages, long known, long knownBytes) {
        remaining.left(name, messages, known, knownBytes, System.nanoTime());
        draw(false);
    }

    @Override
    public synchronized void folder(String source, String target) {
        folder = clean(source);
        if (!terminal) {
            line(source.equals(target) ? clean(source) : clean(source) + " -> " + clean(target));
        }
        draw(false);
    }

    @Override
    public synchronized void copied(String name, long size) {
        remaining.copied(name, size);
        draw(false);
    }

    @Override
    public synchronized void failed(SyncReport.Failure failure) {
        failures++;
        if (failure.uid() > 0) {
            remaining.failed(failure.folder(), failure.size());
        }
        line(clean("failed: " + ReportText.describe(failure)));
    }

    @Override
    public boolean stopped() {
        return stopped.get();
    }

    /// A line that stays.
    synchronized void line(String text) {
        if (quiet) {
            return;
        }
        erase();
        out.println(text);
        out.flush();
        draw(true);
    }

    /// Nothing is drawn any more.
    synchronized void done() {
        erase();
        out.flush();
    }

    private void erase() {
        if (shown) {
            out.print("\r" + ERASE);
            shown = false;
        }
    }

    private void draw(boolean now) {
        if (quiet || folders == 0 || messages == 0) {
            return;
        }
        long time = System.nanoTime();
        if (!terminal) {
            if (time - drawn >= LINE_NANOS) {
                drawn = time;
                out.println(state(time));
                out.flush();
            }
            return;
        }
        if (!now && time - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = time;
        int full = (int) (BAR * settled() / messages);
        // What is wider than the terminal is cut, because only one line can be drawn over.
        out.print(
                "\r"
                        + ERASE
                        + NO_WRAP
                        + "["
                        + "#".repeat(full)
                        + " ".repeat(BAR - full)
                        + "] "
                        + state(time)
                        + " "
                        + folder
                        + WRAP);
        shown = true;
        out.flush();
    }

    /// Messages that nothing is left to do for.
    private long settled() {
        return Math.max(0, messages - remaining.messages());
    }

    private String state(long time) {
        OptionalLong left = remaining.bytes();
        long bytes = remaining.copiedBytes();
        OptionalLong seconds = remaining.seconds(time);
        return "%d of %d messages, %d copied, %s%s, %s/s%s%s"
                .formatted(
                        settled(),
                        messages,
                        remaining.copied(),
                        size(bytes),
                        left.isEmpty() ? "" : " of " + size(bytes + left.getAsLong()),
                        size((long) remaining.rate(time)),
                        seconds.isEmpty() ? "" : ", " + time(seconds.getAsLong()) + " left",
                        failures == 0 ? "" : ", " + failures + " failed");
    }

    private static String time(long seconds) {
        return seconds < 60
                ? seconds + " s"
                : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    /// What servers say must not control the terminal.
    static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        String[] units = {"kB", "MB", "GB", "TB", "PB"};
        double value = bytes;
        int unit = -1;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
