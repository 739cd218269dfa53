package org.imapmirror.proxy;

import io.micrometer.core.instrument.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// One direction of a session: cuts what the source sends into frames, asks its [Owner] about each
/// and lets it go on to the sink.
///
/// Frames that go on are forwarded as slices of the buffer that was read, neighbours as one slice.
/// Only the beginning of a line that has not ended yet is copied, so that a client which sends
/// single octets does not hold a receive buffer for each. While a frame waits, or the sink does not
/// take more, nothing is read from the source: what is in memory is one batch of reads.
///
/// Everything runs on the session's event loop.
final class Conduit {
    private static final Logger LOG = LoggerFactory.getLogger(Conduit.class);

    /// Decides what happens to the frames.
    interface Owner {
        /// What to do with a frame that has just arrived.
        Step judge(Frame frame);

        /// What goes on in the place of a frame; null for the frame itself.
        byte @Nullable [] instead(Frame frame);

        /// The frame went on.
        void passed(Frame frame);

        /// A [Step.Reject]: the answer is to be given, and the rest of the command is dropped here.
        void rejected(byte[] response);

        /// A [Step.Close].
        void close(byte[] farewell);

        /// The source has ended and everything it sent was passed.
        void drained();
    }

    /// Why nothing moves.
    enum Block {
        /// A [Step.Hold], [Step.Probe] or [Step.Pace] is not complete.
        HELD,
        /// A synchronizing literal or a step of AUTHENTICATE is undecided.
        GATED,
        /// Too many commands wait for their answers.
        CROWDED,
        /// The session is not ready for this direction.
        PAUSED
    }

    private final Channel source;
    private final Owner owner;
    private final Counter bytes;
    private final ArrayDeque<ByteBuf> backlog = new ArrayDeque<>();
    private final List<byte[]> interjections = new ArrayList<>();
    private final boolean[] blocks = new boolean[Block.values().length];

    private FrameScanner scanner;

    /// Null: what goes on is thrown away.
    private @Nullable Channel sink;

    /// The beginning of a frame whose end has not come.
    private @Nullable ByteBuf partial;

    /// In the first buffer of the backlog: from its reader index to here, frames that go on.
    private int runEnd;

    /// Octets behind [#runEnd] that belong to [#frame].
    private int frameLength;

    private @Nullable Frame frame;
    private boolean running;
    private boolean discarding;
    private boolean midway;
    private boolean sourceEnded;
    private boolean drained;
    private boolean closed;
    private long lastInput = System.nanoTime();

    Conduit(Channel source, FrameScanner scanner, Owner owner, Counter bytes) {
        this.source = source;
        this.scanner = scanner;
        this.owner = owner;
        this.bytes = bytes;
    }

    /// Takes over `input`.
    void accept(ByteBuf input) {
        if (closed || !input.isReadable()) {
            input.release();
            return;
        }
        bytes.increment(input.readableBytes());
        lastInput = System.nanoTime();
        backlog.add(input);
        if (backlog.size() == 1) {
            runEnd = input.readerIndex();
        }
        run();
    }

    /// A batch of reads is over.
    void flush() {
        if (sink != null) {
            sink.flush();
        }
    }

    /// The source will send nothing more.
    void sourceEnded() {
        sourceEnded = true;
        run();
    }

    /// @param sink null to throw away what goes on
    void sink(@Nullable Channel sink) {
        settle();
        this.sink = sink;
        updateReading();
    }

    FrameScanner scanner() {
        return scanner;
    }

    /// Other limits from now on. Only between two commands.
    void scanner(FrameScanner next) {
        scanner = next;
    }

    void block(Block reason) {
        blocks[reason.ordinal()] = true;
        updateReading();
    }

    void unblock(Block reason) {
        if (blocks[reason.ordinal()]) {
            blocks[reason.ordinal()] = false;
            if (!running) {
                run();
                flush();
            }
        }
    }

    /// A frame waits, or octets of which none was made yet.
    boolean waiting() {
        return frame != null || behind() > 0;
    }

    /// How many octets have come behind the frame that is being decided about.
    int behind() {
        int octets = partial == null || frame != null ? 0 : partial.readableBytes();
        for (ByteBuf buffer : backlog) {
            octets += buffer.readableBytes();
        }
        ByteBuf first = backlog.peek();
        return first == null ? octets : octets - (runEnd - first.readerIndex()) - frameLength;
    }

    /// By [System#nanoTime].
    long lastInput() {
        return lastInput;
    }

    boolean drained() {
        return drained;
    }

    /// The sink is in the middle of a command or response.
    boolean midway() {
        return midway;
    }

    /// Says something of the proxy's own to the sink, behind everything that has gone on.
    void inject(byte[] own) {
        settle();
        write(Unpooled.wrappedBuffer(own));
        flush();
    }

    /// The same, as soon as the sink is not in the middle of a command or response.
    void interject(byte[] own) {
        if (midway) {
            interjections.add(own);
        } else {
            inject(own);
        }
    }

    /// Lets nothing go on any more; what has gone on is sent.
    ///
    /// @param last own words at the end; left out in the middle of a command or response
    void finish(byte @Nullable [] last) {
        if (last == null || midway) {
            settle();
            flush();
        } else {
            inject(last);
        }
        close();
    }

    /// Reads from the source exactly while what it sends can move on.
    void updateReading() {
        if (!closed) {
            source.config().setAutoRead(!blocked() && (sink == null || sink.isWritable()));
        }
    }

    private void close() {
        closed = true;
        frame = null;
        backlog.forEach(ByteBuf::release);
        backlog.clear();
        dropPartial();
    }

    private boolean blocked() {
        for (boolean block : blocks) {
            if (block) {
                return true;
            }
        }
        return false;
    }

    private void run() {
        if (running) {
            return;
        }
        running = true;
        try {
            ByteBuf current;
            while (!blocked() && (current = backlog.peek()) != null) {
                cut(current);
            }
            settle();
        } finally {
            running = false;
        }
        updateReading();
        if (sourceEnded && !drained && !closed && backlog.isEmpty()) {
            drained = true;
            owner.drained();
        }
    }

    /// Makes frames of a buffer until it is used up or one of them has to wait.
    private void cut(ByteBuf current) {
        ByteBuffer view = current.nioBuffer(runEnd, current.writerIndex() - runEnd);
        int base = runEnd;
        while (!blocked() && !closed) {
            Frame next = scanner.next(view);
            if (closed) {
                return;
            }
            if (next == null) {
                finish(current);
                return;
            }
            frame = next;
            frameLength = base + view.position() - runEnd;
            execute(discarding ? Step.SWALLOW : owner.judge(next));
        }
    }

    /// The buffer holds no further whole frame: what goes on is written, the rest is kept.
    private void finish(ByteBuf current) {
        backlog.poll();
        int rest = current.writerIndex() - runEnd;
        if (rest > 0) {
            if (partial == null) {
                partial = source.alloc().buffer(Math.max(64, rest));
            }
            partial.writeBytes(current, runEnd, rest);
            current.writerIndex(runEnd);
        }
        if (current.isReadable()) {
            write(current);
        } else {
            current.release();
        }
        ByteBuf following = backlog.peek();
        runEnd = following == null ? 0 : following.readerIndex();
    }

    private void execute(Step step) {
        switch (step) {
            case Step.Forward _ -> pass();
            case Step.Swallow _ -> drop();
            case Step.Hold(CompletionStage<Step> then) -> await(then);
            case Step.Pace(CompletionStage<?> until) -> {
                pass();
                await(until.handle((_, _) -> Step.FORWARD));
            }
            case Step.Probe(byte[] command, CompletionStage<Step> then) -> {
                inject(command);
                await(then);
            }
            case Step.Reject(byte[] response) -> reject(response);
            case Step.Close(byte[] farewell) -> {
                drop();
                block(Block.PAUSED);
                owner.close(farewell);
            }
        }
    }

    private void pass() {
        Frame passing = take();
        byte[] other = owner.instead(passing);
        if (other == null) {
            if (partial != null) {
                ByteBuf beginning = partial;
                partial = null;
                write(beginning);
            }
            runEnd += frameLength;
            frameLength = 0;
        } else {
            skip();
            write(Unpooled.wrappedBuffer(other));
        }
        midway = !(passing instanceof Frame.Line line && line.literal() == null);
        if (!midway && !interjections.isEmpty()) {
            interjections.forEach(this::inject);
            interjections.clear();
        }
        owner.passed(passing);
    }

    private void drop() {
        Frame dropped = take();
        skip();
        if (discarding) {
            discarding = !endsCommand(dropped);
        }
    }

    private void reject(byte[] response) {
        Frame rejected = take();
        skip();
        discarding = !endsCommand(rejected);
        owner.rejected(response);
    }

    /// The rest of a command that was answered without asking the primary: a client that waits for
    /// permission to send a literal has got its answer, and starts a new command.
    private boolean endsCommand(Frame dropped) {
        if (!(dropped instanceof Frame.Line line)) {
            return false;
        }
        if (line.literal() == null) {
            return true;
        }
        if (!line.literal().nonSync()) {
            scanner.abandonLiteral();
            return true;
        }
        return false;
    }

    private Frame take() {
        Frame taken = frame;
        if (taken == null) {
            throw new IllegalStateException("bug: no frame to decide about");
        }
        frame = null;
        return taken;
    }

    /// The octets of the current frame are not for the sink.
    private void skip() {
        settle();
        dropPartial();
        ByteBuf current = backlog.peek();
        if (current != null) {
            runEnd += frameLength;
            frameLength = 0;
            current.readerIndex(runEnd);
        }
    }

    private void dropPartial() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    /// Writes the frames of the first buffer that go on.
    private void settle() {
        ByteBuf current = backlog.peek();
        if (current != null && runEnd > current.readerIndex()) {
            write(current.readRetainedSlice(runEnd - current.readerIndex()));
        }
    }

    private void write(ByteBuf octets) {
        if (sink == null || closed) {
            octets.release();
        } else {
            sink.write(octets);
        }
    }

    private void await(CompletionStage<Step> stage) {
        settle();
        block(Block.HELD);
        stage.whenComplete((step, error) -> {
            if (source.eventLoop().inEventLoop()) {
                resume(step, error);
            } else {
                source.eventLoop().execute(() -> resume(step, error));
            }
        });
    }

    private void resume(@Nullable Step step, @Nullable Throwable error) {
        if (error != null) {
            LOG.error("bug: a frame's stage failed; the frame goes on", error);
        }
        if (closed) {
            return;
        }
        blocks[Block.HELD.ordinal()] = false;
        if (frame != null) {
            execute(step == null ? Step.FORWARD : step);
        }
        if (!running) {
            run();
            flush();
        }
    }
}
