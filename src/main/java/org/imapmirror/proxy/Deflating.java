package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.Deflater;

/// What a client gets after COMPRESS (RFC 4978), packed. A flush of the channel, which is the end
/// of a batch, makes the client able to unpack everything before it.
///
/// A deflater has some 260 KiB. What follows a flush begins at an octet of its own and need not
/// refer to anything before it, so that a client that is told nothing for a while has none.
///
/// The stream has no end of its own: Mail::IMAPClient 3.43 loses the answer to LOGOUT to it.
///
/// Netty's own encoder flushes after every write, keeps its deflater, and ends it only when the
/// channel is closed from this side.
final class Deflating extends ChannelOutboundHandlerAdapter {
    /// Octets that go on at once.
    private static final int CHUNK = 16 * 1024;

    private static final int SMALLEST_CHUNK = 256;

    /// The mark of a flush is shorter.
    private static final int MARK = 16;

    /// After which a deflater is given back.
    static final Duration QUIET = Duration.ofSeconds(10);

    private static final byte[] NOTHING = {};

    private final Supplier<Deflater> fresh;
    private final List<ChannelPromise> waiting = new ArrayList<>();
    private @Nullable Deflater deflater;
    private @Nullable ByteBuf chunk;
    private @Nullable ScheduledFuture<?> timer;

    /// Not everything that the deflater had was flushed.
    private boolean dirty;

    /// The deflater had something since the timer looked.
    private boolean used;

    /// @param fresh makes deflaters without header
    Deflating(Supplier<Deflater> fresh) {
        this.fresh = fresh;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object octets, ChannelPromise promise) {
        ByteBuf buffer = (ByteBuf) octets;
        try {
            if (buffer.isReadable()) {
                pack(ctx, buffer);
            }
            waiting.add(promise);
        } finally {
            buffer.release();
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        Deflater packing = deflater;
        if (dirty && packing != null) {
            if (chunk != null && chunk.writableBytes() < MARK) {
                send(ctx);
            }
            while (step(ctx, packing, Deflater.SYNC_FLUSH, SMALLEST_CHUNK)) {
                // until all of it is out
            }
            dirty = false;
        }
        if (chunk != null || !waiting.isEmpty()) {
            List<ChannelPromise> told = List.copyOf(waiting);
            waiting.clear();
            send(ctx).addListener(done -> told.forEach(promise -> pass(done, promise)));
        }
        ctx.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        giveBack();
        if (timer != null) {
            timer.cancel(false);
        }
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
        waiting.forEach(promise -> promise.tryFailure(new ClosedChannelException()));
        waiting.clear();
    }

    private void pack(ChannelHandlerContext ctx, ByteBuf octets) {
        Deflater packing = deflater;
        if (packing == null) {
            packing = fresh.get();
            deflater = packing;
            look(ctx);
        }
        int size = octets.readableBytes();
        packing.setInput(octets.nioBuffer());
        while (!packing.needsInput()) {
            step(ctx, packing, Deflater.NO_FLUSH, size);
        }
        packing.setInput(NOTHING);
        dirty = true;
        used = true;
    }

    /// @return whether there may be more
    private boolean step(ChannelHandlerContext ctx, Deflater packing, int mode, int size) {
        ByteBuf to = chunk;
        if (to == null) {
            int room = Math.clamp(size, SMALLEST_CHUNK, CHUNK);
            to = ctx.alloc().buffer(room, room);
            chunk = to;
        }
        int room = to.writableBytes();
        int count = packing.deflate(to.nioBuffer(to.writerIndex(), room), mode);
        to.writerIndex(to.writerIndex() + count);
        if (count == room) {
            send(ctx);
            return true;
        }
        return false;
    }

    private ChannelFuture send(ChannelHandlerContext ctx) {
        ByteBuf full = chunk;
        chunk = null;
        return ctx.write(full == null ? Unpooled.EMPTY_BUFFER : full);
    }

    private static void pass(Future<?> done, ChannelPromise promise) {
        if (done.isSuccess()) {
            promise.trySuccess();
        } else {
            promise.tryFailure(done.cause());
        }
    }

    private void look(ChannelHandlerContext ctx) {
        used = false;
        timer =
                ctx.executor()
                        .schedule(
                                () -> {
                                    if (used || dirty) {
                                        look(ctx);
                                    } else {
                                        giveBack();
                                    }
                                },
                                QUIET.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    private void giveBack() {
        if (deflater != null) {
            deflater.end();
            deflater = null;
        }
    }
}
