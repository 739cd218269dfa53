package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.FrameScanner;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The same octets again and again through a [FrameCutter], in buffers as the event loop reads
/// them. For one thread.
public final class CutStream implements AutoCloseable {
    private static final int MAX_LINE = ProxyLimits.DEFAULTS.line();

    private final List<ByteBuf> buffers = new ArrayList<>();
    private final FrameCutter cutter;
    private long given;

    /// @param octets whole commands or responses
    public CutStream(FrameScanner.Side side, byte[] octets, int bufferSize) {
        PooledByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
        for (int from = 0; from < octets.length; from += bufferSize) {
            int length = Math.min(bufferSize, octets.length - from);
            buffers.add(allocator.directBuffer(length).writeBytes(octets, from, length));
        }
        cutter = new FrameCutter(new FrameScanner(side, MAX_LINE), allocator, this::give);
    }

    public List<ByteBuf> buffers() {
        return List.copyOf(buffers);
    }

    /// Every frame goes on, as the tap has to say.
    ///
    /// @return the octets that went on
    public long pass(Function<Frame, Step> tap) {
        given = 0;
        for (ByteBuf buffer : buffers) {
            cutter.add(buffer.retainedDuplicate());
            Frame frame;
            while ((frame = cutter.next()) != null) {
                if (!tap.apply(frame).equals(Step.FORWARD)) {
                    throw new IllegalStateException("held: " + frame);
                }
                cutter.pass();
            }
            cutter.settle();
        }
        return given;
    }

    private void give(ByteBuf octets) {
        given += octets.readableBytes();
        octets.release();
    }

    @Override
    public void close() {
        cutter.close();
        buffers.forEach(ByteBuf::release);
    }
}
