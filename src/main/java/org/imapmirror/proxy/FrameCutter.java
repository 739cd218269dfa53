package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// The octets of one direction between being read and going on: cuts them into frames and gives out
/// those of the frames that go on, neighbours as one slice of the buffer that was read.
///
/// Only the beginning of a line that has not ended yet is copied, so that a client which sends
/// single octets does not hold a receive buffer for each.
final class FrameCutter {
    private static final int SMALLEST_COPY = 64;

    private final ByteBufAllocator allocator;
    private final Consumer<ByteBuf> out;
    private final ArrayDeque<ByteBuf> backlog = new ArrayDeque<>(1);
    private FrameScanner scanner;

    /// The first buffer of the backlog as the scanner sees it; its position is in step with
    /// [#runEnd] plus [#frameLength].
    private @Nullable ByteBuffer view;

    /// In the first buffer: from its reader index to here, frames that go on.
    private int runEnd;

    /// Octets behind [#runEnd] that belong to the frame that is being decided about.
    private int frameLength;

    /// The beginning of a frame whose end has not come.
    private @Nullable ByteBuf partial;

    private boolean undecided;

    /// @param out takes over what goes on
    FrameCutter(FrameScanner scanner, ByteBufAllocator allocator, Consumer<ByteBuf> out) {
        this.scanner = scanner;
        this.allocator = allocator;
        this.out = out;
    }

    FrameScanner scanner() {
        return scanner;
    }

    /// Other limits from now on. Only between two commands.
    void scanner(FrameScanner next) {
        scanner = next;
    }

    /// Takes over `input`, which is not empty.
    void add(ByteBuf input) {
        backlog.add(input);
    }

    /// The next frame, to be decided about by [#pass] or [#drop]; null where no more can be made of
    /// what has come.
    @Nullable Frame next() {
        ByteBuf current;
        while ((current = backlog.peek()) != null) {
            if (view == null) {
                runEnd = current.readerIndex();
                view = current.nioBuffer(runEnd, current.readableBytes());
            }
            int before = view.position();
            Frame frame = scanner.next(view);
            if (frame != null) {
                frameLength = view.position() - before;
                undecided = true;
                return frame;
            }
            finish(current);
        }
        return null;
    }

    /// The frame goes on.
    void pass() {
        if (partial != null) {
            ByteBuf beginning = partial;
            partial = null;
            out.accept(beginning);
        }
        runEnd += frameLength;
        decided();
    }

    /// The frame's octets go no further.
    void drop() {
        settle();
        if (partial != null) {
            partial.release();
            partial = null;
        }
        ByteBuf current = backlog.peek();
        if (current != null) {
            runEnd += frameLength;
            current.readerIndex(runEnd);
        }
        decided();
    }

    /// Gives out what goes on so far.
    void settle() {
        ByteBuf current = backlog.peek();
        if (view != null && current != null && runEnd > current.readerIndex()) {
            out.accept(current.readRetainedSlice(runEnd - current.readerIndex()));
        }
    }

    /// Everything that has come was cut and decided about, but for the beginning of a line.
    boolean isEmpty() {
        return !undecided && unread() == 0;
    }

    /// How many octets have come behind the frame that is being decided about.
    int behind() {
        return unread() + (undecided || partial == null ? 0 : partial.readableBytes());
    }

    private int unread() {
        int octets = 0;
        for (ByteBuf buffer : backlog) {
            octets += buffer.readableBytes();
        }
        ByteBuf first = backlog.peek();
        return view == null || first == null
                ? octets
                : octets - (runEnd - first.readerIndex()) - frameLength;
    }

    /// Throws away what has not gone on.
    void close() {
        backlog.forEach(ByteBuf::release);
        backlog.clear();
        view = null;
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    private void decided() {
        frameLength = 0;
        undecided = false;
    }

    /// The buffer holds no further whole frame: what goes on is given out, the rest is kept.
    private void finish(ByteBuf current) {
        backlog.poll();
        view = null;
        int rest = current.writerIndex() - runEnd;
        if (rest > 0) {
            if (partial == null) {
                partial = allocator.buffer(Math.max(SMALLEST_COPY, rest));
            }
            partial.writeBytes(current, runEnd, rest);
            current.writerIndex(runEnd);
        }
        if (current.isReadable()) {
            out.accept(current);
        } else {
            current.release();
        }
    }
}
