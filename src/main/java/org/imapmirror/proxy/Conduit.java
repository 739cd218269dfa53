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

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/// One direction of a session: asks its [Owner] about each frame from the source and does what it
/// says. While a frame waits, or the sink does not take more, nothing is read from the source: what
/// is in memory is one batch of reads.
///
/// Everything runs on the session's event loop.
final class Conduit {
    private static final Logger LOG = LoggerFactory.getLogger(Conduit.class);

    /// Decides what happens to the frames.
    interface Owner {
        /// What to do with a frame that has just arrived.
        Step judge(Frame frame);

        /// What goes on in the place of a frame, with line end; null for the frame itself.
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
    private final FrameCutter cutter;
    private final List<Runnable> interjections = new ArrayList<>();
    private final Set<Block> blocks = EnumSet.noneOf(Block.class);

    /// Null: what goes on is thrown away.
    private @Nullable Channel sink;

    /// The frame that waits for a decision.
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
        this.owner = owner;
        this.bytes = bytes;
        this.cutter = new FrameCutter(scanner, source.alloc(), this::write);
    }

    /// Takes over `input`.
    void accept(ByteBuf input) {
        if (closed || !input.isReadable()) {
            input.release();
            return;
        }
        bytes.increment(input.readableBytes());
        lastInput = System.nanoTime();
        cutter.add(input);
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
        // The end would be read again and again.
        source.config().setAutoRead(false);
        run();
    }

    /// @param sink null to throw away what goes on
    void sink(@Nullable Channel sink) {
        cutter.settle();
        this.sink = sink;
        updateReading();
    }

    FrameScanner scanner() {
        return cutter.scanner();
    }

    /// Other limits from now on. Only between two commands.
    void scanner(FrameScanner next) {
        cutter.scanner(next);
    }

    void block(Block reason) {
        blocks.add(reason);
        updateReading();
    }

    void unblock(Block reason) {
        if (blocks.remove(reason)) {
            resume();
        }
    }

    /// A frame waits, or octets of which none was made yet.
    boolean waiting() {
        return frame != null || cutter.behind() > 0;
    }

    /// How many octets have come behind the frame that is being decided about.
    int behind() {
        return cutter.behind();
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
        cutter.settle();
        write(Unpooled.wrappedBuffer(own));
        flush();
    }

    /// The same, as soon as the sink is not in the middle of a command or response.
    void interject(byte[] own) {
        between(() -> inject(own));
    }

    /// Does something as soon as the sink is not in the middle of a command or response.
    void between(Runnable action) {
        if (midway) {
            interjections.add(action);
        } else {
            action.run();
        }
    }

    /// Lets nothing go on any more; what has gone on is sent.
    ///
    /// @param last own words at the end; left out in the middle of a command or response
    void finish(byte @Nullable [] last) {
        if (closed) {
            return;
        }
        if (last == null || midway) {
            cutter.settle();
            flush();
        } else {
            inject(last);
        }
        closed = true;
        frame = null;
        cutter.close();
    }

    /// Reads from the source exactly while what it sends can move on.
    void updateReading() {
        if (!closed && !sourceEnded) {
            source.config().setAutoRead(blocks.isEmpty() && (sink == null || sink.isWritable()));
        }
    }

    private void run() {
        if (running) {
            return;
        }
        running = true;
        try {
            Frame next;
            while (blocks.isEmpty() && !closed && (next = cutter.next()) != null) {
                frame = next;
                execute(discarding ? Step.SWALLOW : owner.judge(next));
            }
            cutter.settle();
        } finally {
            running = false;
        }
        updateReading();
        if (sourceEnded && !drained && !closed && cutter.isEmpty()) {
            drained = true;
            owner.drained();
        }
    }

    private void resume() {
        if (!running) {
            run();
            flush();
        }
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
            case Step.Inquire(byte[] questions, CompletionStage<byte[]> then) ->
                    inquire(drop(), questions, then);
            case Step.Reject(byte[] response) -> {
                discarding = !endsCommand(drop());
                owner.rejected(response);
            }
            case Step.Close(byte[] farewell) -> {
                drop();
                owner.close(farewell);
            }
        }
    }

    /// Asks the source something, and lets the sink have the answer that waits for it.
    private void inquire(Frame withheld, byte[] questions, CompletionStage<byte[]> then) {
        source.writeAndFlush(Unpooled.wrappedBuffer(questions));
        then.whenComplete((octets, error) -> {
            if (error != null) {
                LOG.error("bug: the stage of a withheld answer failed", error);
                return;
            }
            if (source.eventLoop().inEventLoop()) {
                release(withheld, octets);
            } else {
                source.eventLoop().execute(() -> release(withheld, octets));
            }
        });
    }

    private void release(Frame withheld, byte[] octets) {
        if (!closed) {
            interject(octets);
            owner.passed(withheld);
        }
    }

    private void pass() {
        Frame passing = take();
        byte[] other = owner.instead(passing);
        if (other == null) {
            cutter.pass();
        } else {
            cutter.drop();
            write(Unpooled.wrappedBuffer(other));
        }
        midway = !(passing instanceof Frame.Line line && line.literal() == null);
        if (!midway && !interjections.isEmpty()) {
            List<Runnable> due = List.copyOf(interjections);
            interjections.clear();
            due.forEach(Runnable::run);
        }
        owner.passed(passing);
    }

    private Frame drop() {
        Frame dropped = take();
        cutter.drop();
        if (discarding) {
            discarding = !endsCommand(dropped);
        }
        return dropped;
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
            cutter.scanner().abandonLiteral();
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

    private void write(ByteBuf octets) {
        if (sink == null || closed) {
            octets.release();
        } else {
            sink.write(octets);
        }
    }

    private void await(CompletionStage<Step> stage) {
        cutter.settle();
        block(Block.HELD);
        stage.whenComplete((step, error) -> {
            if (source.eventLoop().inEventLoop()) {
                decided(step, error);
            } else {
                source.eventLoop().execute(() -> decided(step, error));
            }
        });
    }

    private void decided(@Nullable Step step, @Nullable Throwable error) {
        if (error != null) {
            LOG.error("bug: a frame's stage failed; the frame goes on", error);
        }
        if (closed) {
            return;
        }
        blocks.remove(Block.HELD);
        if (frame != null) {
            execute(step == null ? Step.FORWARD : step);
        }
        resume();
    }
}
