package org.imapmirror.capture;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Step;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// The relay of one session without a network: does with each frame what the tap says, as the
/// contract of [SessionTap] and [Step] has it. Waits for the journal where the tap does.
final class MiniRelay {
    /// What left towards the server and the client, probes apart.
    final ByteArrayOutputStream toServer = new ByteArrayOutputStream();

    final ByteArrayOutputStream toClient = new ByteArrayOutputStream();

    /// Probes sent and not yet looked at, without line end.
    final Deque<String> probes = new ArrayDeque<>();

    String lastProbeTag = "";
    String firstProbeTag = "";
    boolean closed;

    private final SessionTap tap;
    private final Runnable beforeTagged;
    private final Direction fromClient = new Direction(FrameScanner.Side.CLIENT);
    private final Direction fromServer = new Direction(FrameScanner.Side.SERVER);
    private String tag = "";
    private boolean undecided;
    private boolean discarding;

    /// An answer is withheld until a question of ours is answered.
    private volatile boolean inquiring;

    private @Nullable Held held;

    private record Held(CompletionStage<Step> then, Frame frame, byte[] raw) {}

    private static final class Direction {
        final FrameScanner scanner;
        ByteBuffer input = ByteBuffer.allocate(0);
        final ByteArrayOutputStream raw = new ByteArrayOutputStream();

        Direction(FrameScanner.Side side) {
            scanner = new FrameScanner(side, 64 * 1024);
        }

        void add(byte[] data) {
            ByteBuffer more = ByteBuffer.allocate(input.remaining() + data.length);
            more.put(input).put(data).flip();
            input = more;
        }

        @Nullable Frame next() {
            int from = input.position();
            Frame frame = scanner.next(input);
            raw.write(input.array(), from, input.position() - from);
            return frame;
        }

        byte[] takeRaw() {
            byte[] out = raw.toByteArray();
            raw.reset();
            return out;
        }
    }

    /// @param beforeTagged is called just before a tagged line goes to the client
    MiniRelay(SessionTap tap, Runnable beforeTagged) {
        this.tap = tap;
        this.beforeTagged = beforeTagged;
    }

    void client(byte[] data) throws Exception {
        fromClient.add(data);
        pump();
    }

    void server(byte[] data) throws Exception {
        fromServer.add(data);
        while (!closed) {
            Frame frame = fromServer.next();
            if (frame == null) {
                break;
            }
            byte[] raw = fromServer.takeRaw();
            serverStep(tap.server(frame), raw, isTagged(frame));
            decide(frame);
            pump();
        }
    }

    /// Waits for what the client waits for, and goes on.
    void await() throws Exception {
        Held waiting = held;
        if (waiting != null) {
            var unused = get(waiting.then());
        }
        pump();
    }

    /// Goes on with the client where it was waiting.
    void pump() throws Exception {
        while (!closed) {
            Held waiting = held;
            if (waiting != null) {
                if (!waiting.then().toCompletableFuture().isDone()) {
                    return;
                }
                held = null;
                clientStep(get(waiting.then()), waiting.frame(), waiting.raw());
                continue;
            }
            if (undecided) {
                return;
            }
            Frame frame = fromClient.next();
            if (frame == null) {
                return;
            }
            byte[] raw = fromClient.takeRaw();
            if (discarding) {
                discarding = !(frame instanceof Frame.Line line && line.literal() == null);
                continue;
            }
            if (frame instanceof Frame.Line line && !line.continued()) {
                tag = new String(line.text(), StandardCharsets.ISO_8859_1).split(" ", 2)[0];
            }
            clientStep(tap.client(frame), frame, raw);
        }
    }

    private void clientStep(Step step, Frame frame, byte[] raw) throws Exception {
        switch (step) {
            case Step.Forward _ -> {
                toServer.writeBytes(raw);
                if (frame instanceof Frame.Line line && line.literal() != null) {
                    undecided = !line.literal().nonSync();
                }
            }
            case Step.Hold(CompletionStage<Step> then) when inquiring ->
                    held = new Held(then, frame, raw);
            case Step.Hold(CompletionStage<Step> then) -> clientStep(get(then), frame, raw);
            case Step.Pace(CompletionStage<?> until) -> {
                toServer.writeBytes(raw);
                get(until);
            }
            case Step.Probe(byte[] command, CompletionStage<Step> then) -> {
                String text = new String(command, StandardCharsets.ISO_8859_1).strip();
                lastProbeTag = text.split(" ", 2)[0];
                probes.add(text.split(" ", 2)[1]);
                held = new Held(then, frame, raw);
            }
            case Step.Reject(byte[] response) -> {
                toClient.writeBytes(response);
                discarding = frame instanceof Frame.Line line && line.literal() != null;
            }
            case Step.Close(byte[] farewell) -> close(farewell);
            case Step.Swallow _, Step.Inquire _ ->
                    throw new AssertionError("a client's frame was swallowed");
        }
    }

    private void serverStep(Step step, byte[] raw, boolean tagged) throws Exception {
        switch (step) {
            case Step.Forward _ -> {
                if (tagged) {
                    beforeTagged.run();
                }
                toClient.writeBytes(raw);
            }
            case Step.Swallow _ -> {}
            case Step.Hold(CompletionStage<Step> then) -> serverStep(get(then), raw, tagged);
            case Step.Pace(CompletionStage<?> until) -> {
                toClient.writeBytes(raw);
                get(until);
            }
            case Step.Inquire(byte[] questions, CompletionStage<byte[]> then) -> {
                inquiring = true;
                firstProbeTag = "";
                for (String question :
                        new String(questions, StandardCharsets.UTF_8).split("\r\n")) {
                    lastProbeTag = question.split(" ", 2)[0];
                    firstProbeTag = firstProbeTag.isEmpty() ? lastProbeTag : firstProbeTag;
                    probes.add(question.split(" ", 2)[1]);
                }
                var unused =
                        then.thenAccept(octets -> {
                            inquiring = false;
                            beforeTagged.run();
                            toClient.writeBytes(octets);
                        });
            }
            case Step.Close(byte[] farewell) -> close(farewell);
            case Step.Probe _, Step.Reject _ ->
                    throw new AssertionError("not for the primary's frames: " + step);
        }
    }

    private void close(byte[] farewell) {
        toClient.writeBytes(farewell);
        closed = true;
        tap.closed(false);
    }

    private static boolean isTagged(Frame frame) {
        return frame instanceof Frame.Line line
                && !line.continued()
                && line.text().length > 0
                && line.text()[0] != '*'
                && line.text()[0] != '+';
    }

    private void decide(Frame frame) {
        if (!undecided || !(frame instanceof Frame.Line line) || line.continued()) {
            return;
        }
        String text = new String(line.text(), StandardCharsets.ISO_8859_1);
        if (text.startsWith("+")) {
            undecided = false;
        } else if (text.startsWith(tag + " ")) {
            undecided = false;
            fromClient.scanner.abandonLiteral();
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
