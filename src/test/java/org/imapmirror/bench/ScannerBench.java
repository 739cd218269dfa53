package org.imapmirror.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ByteProcessor;

import org.imapmirror.capture.Capture;
import org.imapmirror.capture.CaptureConfig;
import org.imapmirror.capture.Timer;
import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner.Side;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.proxy.CutStream;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Step;
import org.imapmirror.proxy.Tap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// What it costs to look at what is relayed, on one core: a plain copy of the same octets, a search
/// for their line feeds, cutting them into frames, and following them for capture. Started by
/// `bench/scanner`.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // by prepare()
public class ScannerBench {
    private static final int BUFFER = 64 * 1024;

    /// In the order in which they are shown.
    private static final List<String> WAYS = List.of("copy", "lineFeeds", "frames", "capture");

    /// What passes.
    public enum Traffic {
        LARGE_FETCH("FETCH of 50 KB", Side.SERVER, 64),
        FLAGS("FETCH (UID FLAGS)", Side.SERVER, 10_000),
        COMMANDS("commands", Side.CLIENT, 10_000);

        private final String shown;
        private final Side side;
        private final int messages;

        Traffic(String shown, Side side, int messages) {
            this.shown = shown;
            this.side = side;
            this.messages = messages;
        }

        private byte[] octets() {
            StringBuilder all = new StringBuilder();
            String body =
                    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.\r\n".repeat(863);
            for (int n = 1; n <= messages; n++) {
                switch (this) {
                    case LARGE_FETCH ->
                            all.append(
                                    "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n"
                                            .formatted(n, n, body.length(), body));
                    case FLAGS ->
                            all.append("* %d FETCH (UID %d FLAGS (\\Seen))\r\n".formatted(n, n));
                    case COMMANDS ->
                            all.append(
                                    "t%d UID FETCH %d (FLAGS BODY.PEEK[HEADER])\r\n"
                                            .formatted(n, n));
                }
            }
            return latin1(all.toString());
        }

        /// The primary's answers, of which there are some only to commands.
        private List<Frame> answers() {
            return IntStream.rangeClosed(1, this == COMMANDS ? messages : 0)
                    .mapToObj(n -> line("t" + n + " OK Fetch completed."))
                    .toList();
        }
    }

    @Param public Traffic traffic = Traffic.FLAGS;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private Workspace workspace;
    private Journal journal;
    private SessionTap tap;
    private CutStream stream;
    private List<Frame> answers;
    private ByteBuf target;
    private int next;

    @Setup(Level.Trial)
    public void prepare() throws Exception {
        workspace = new Workspace();
        journal = Journal.open(JournalConfig.in(workspace.folder()), Clock.systemUTC());
        Capture capture =
                new Capture(
                        journal,
                        CaptureConfig.DEFAULTS,
                        new NoHints(),
                        _ -> '/',
                        Timer.on(timer),
                        new SimpleMeterRegistry());
        tap =
                capture.loggedIn(
                        new Tap.Login(
                                new Account("ann"),
                                new Origin("s1", "192.0.2.1"),
                                "old",
                                null,
                                Set.of()));
        client("s SELECT INBOX");
        server("* " + traffic.messages + " EXISTS");
        server("* OK [UIDVALIDITY 1] UIDs valid");
        server("s OK [READ-WRITE] Select completed.");
        client("f UID FETCH 1:* (FLAGS BODY.PEEK[])");
        stream = new CutStream(traffic.side, traffic.octets(), BUFFER);
        answers = traffic.answers();
        target = ByteBufAllocator.DEFAULT.directBuffer(BUFFER);
    }

    @TearDown(Level.Trial)
    public void end() throws Exception {
        stream.close();
        target.release();
        tap.closed(true);
        journal.close();
        timer.shutdownNow();
        workspace.close();
    }

    @Benchmark
    public int copy() {
        for (ByteBuf buffer : stream.buffers()) {
            target.clear().writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        }
        return target.readableBytes();
    }

    @Benchmark
    public int lineFeeds() {
        int count = 0;
        for (ByteBuf buffer : stream.buffers()) {
            int end = buffer.writerIndex();
            int at = buffer.readerIndex();
            while ((at = buffer.forEachByte(at, end - at, ByteProcessor.FIND_LF)) >= 0) {
                at++;
                count++;
            }
        }
        return count;
    }

    @Benchmark
    public long frames() {
        return stream.pass(_ -> Step.FORWARD);
    }

    @Benchmark
    public long capture() {
        next = 0;
        return stream.pass(traffic.side == Side.SERVER ? tap::server : this::command);
    }

    /// A command, and at once the answer to it.
    private Step command(Frame frame) {
        Step step = tap.client(frame);
        Step answered = tap.server(answers.get(next++));
        return step.equals(Step.FORWARD) ? answered : step;
    }

    private void client(String text) {
        expectForward(tap.client(line(text)));
    }

    private void server(String text) {
        expectForward(tap.server(line(text)));
    }

    private static void expectForward(Step step) {
        if (!step.equals(Step.FORWARD)) {
            throw new IllegalStateException("held: " + step);
        }
    }

    private static Frame line(String text) {
        return new Frame.Line(latin1(text), null, false, false);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static void main(String[] args) throws Exception {
        System.out.println(
                "Octets per second on one core, in buffers of 64 KiB: copied, searched for line"
                        + " feeds, cut into frames by the relay, and cut and followed by capture.");
        List<RunResult> results =
                new ArrayList<>(
                        new Runner(
                                        new OptionsBuilder()
                                                .include(ScannerBench.class.getName() + "\\.")
                                                .shouldFailOnError(true)
                                                .verbosity(VerboseMode.SILENT)
                                                .jvmArgsAppend("-Xmx512m")
                                                .build())
                                .run());
        Results table = new Results("scanner");
        for (Traffic traffic : Traffic.values()) {
            long octets = traffic.octets().length;
            for (String way : WAYS) {
                for (RunResult result : results) {
                    if (result.getParams().getParam("traffic").equals(traffic.name())
                            && result.getPrimaryResult().getLabel().equals(way)) {
                        double nanos = result.getPrimaryResult().getScore();
                        table.add(traffic.shown, "MB/s", way, octets / nanos * 1000);
                    }
                }
            }
        }
        table.print(System.out);
    }
}
