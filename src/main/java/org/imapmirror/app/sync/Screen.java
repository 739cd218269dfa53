package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.SyncReport;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/// Shows how a run goes on: a bar that is drawn again and again on a terminal, plain lines
/// elsewhere.
final class Screen implements Progress {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 30_000_000_000L;
    private static final int BAR = 30;

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean quiet;
    private final AtomicBoolean stopped;
    private final long begin = System.nanoTime();
    private long folders;
    private long messages;
    private long bytes;
    private long copied;
    private long copiedBytes;
    private long failures;
    private String folder = "";
    private long drawn = System.nanoTime();
    private int width;

    /// @param quiet shows nothing at all
    /// @param stopped ends the run in order once it is true
    Screen(PrintWriter out, boolean terminal, boolean quiet, AtomicBoolean stopped) {
        this.out = out;
        this.terminal = terminal;
        this.quiet = quiet;
        this.stopped = stopped;
    }

    @Override
    public synchronized void planned(long folders, long messages, long bytes) {
        this.folders = folders;
        this.messages = messages;
        this.bytes = bytes;
        line(
                "%d mailboxes, %d messages%s"
                        .formatted(folders, messages, bytes == 0 ? "" : ", " + size(bytes)));
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
        copied++;
        copiedBytes += size;
        draw(false);
    }

    @Override
    public synchronized void failed(SyncReport.Failure failure) {
        failures++;
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
        if (terminal && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            width = 0;
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
                out.println(state());
                out.flush();
            }
            return;
        }
        if (!now && time - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = time;
        int full = (int) Math.min(BAR, BAR * copied / messages);
        String text =
                "[" + "#".repeat(full) + " ".repeat(BAR - full) + "] " + state() + " " + folder;
        String shown = text.length() > 110 ? text.substring(0, 110) : text;
        erase();
        out.print(shown);
        width = shown.length();
        out.flush();
    }

    private String state() {
        double seconds = Math.max(0.001, (System.nanoTime() - begin) / 1e9);
        double rate = copiedBytes / seconds;
        String rest =
                copiedBytes == 0 || copiedBytes >= bytes
                        ? ""
                        : ", " + time((long) ((bytes - copiedBytes) / rate)) + " left";
        return "%d of %d messages copied, %s%s, %s/s%s%s"
                .formatted(
                        copied,
                        messages,
                        size(copiedBytes),
                        bytes == 0 ? "" : " of " + size(bytes),
                        size((long) rate),
                        rest,
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
