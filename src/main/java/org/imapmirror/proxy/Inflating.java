package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// What a client sends after COMPRESS (RFC 4978), unpacked piece by piece and only while it is
/// read: the rest of what has come waits packed, so that 64 KiB which unpack to 64 MiB cost no more
/// memory than others.
///
/// Netty's own decoder gives out everything that a buffer unpacks to, whether its channel is read
/// or not.
final class Inflating extends ChannelDuplexHandler {
    /// Octets that are unpacked at once.
    static final int PIECE = 16 * 1024;

    private static final int SMALLEST_PIECE = 512;

    /// How many pieces one client has unpacked before it is another one's turn.
    static final int PIECES_PER_TURN = 64;

    private static final byte[] NOTHING = {};

    private final Inflater inflater;
    private final Runnable otherTurn;
    private final ArrayDeque<ByteBuf> packed = new ArrayDeque<>();

    /// The inflater has the first buffer.
    private boolean loaded;

    /// The last piece was filled: the inflater may have more.
    private boolean full;

    private boolean running;
    private boolean scheduled;
    private boolean failed;

    /// The end of the input, which has come before everything was unpacked.
    private @Nullable Object end;

    /// @param inflater without header; it is ended with this
    /// @param otherTurn stops the reading, and lets it go on when others had their turn
    Inflating(Inflater inflater, Runnable otherTurn) {
        this.inflater = inflater;
        this.otherTurn = otherTurn;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object octets) {
        ByteBuf buffer = (ByteBuf) octets;
        if (failed || !buffer.isReadable()) {
            buffer.release();
            return;
        }
        packed.add(buffer);
        unpack(ctx);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!hasRest()) {
            ctx.read();
        } else if (!scheduled) {
            scheduled = true;
            // Who asks may be in the middle of deciding about a frame.
            ctx.executor().execute(() -> goOn(ctx));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && hasRest()) {
            end = event;
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        failed = true;
        release();
    }

    private boolean hasRest() {
        return full || !packed.isEmpty();
    }

    private void goOn(ChannelHandlerContext ctx) {
        scheduled = false;
        if (ctx.isRemoved()) {
            return;
        }
        unpack(ctx);
        ctx.fireChannelReadComplete();
        if (!hasRest() && ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    private void unpack(ChannelHandlerContext ctx) {
        if (running) {
            return;
        }
        running = true;
        try {
            for (int i = 0; hasRest() && ctx.channel().config().isAutoRead(); i++) {
                if (i == PIECES_PER_TURN) {
                    otherTurn.run();
                    return;
                }
                ByteBuf piece = piece(ctx);
                if (piece != null) {
                    ctx.fireChannelRead(piece);
                }
            }
        } catch (DataFormatException e) {
            failed = true;
            release();
            ctx.fireExceptionCaught(e);
        } finally {
            running = false;
        }
        Object ended = end;
        if (ended != null && !hasRest()) {
            end = null;
            ctx.fireUserEventTriggered(ended);
        }
    }

    private @Nullable ByteBuf piece(ChannelHandlerContext ctx) throws DataFormatException {
        ByteBuf first = packed.peek();
        if (!loaded && first != null) {
            inflater.setInput(first.nioBuffer());
            loaded = true;
        }
        int size = full ? PIECE : Math.clamp(4L * inflater.getRemaining(), SMALLEST_PIECE, PIECE);
        ByteBuf piece = ctx.alloc().buffer(size, size);
        try {
            int count = inflater.inflate(piece.nioBuffer(0, size));
            piece.writerIndex(count);
            full = count == size;
            boolean consumed = inflater.getRemaining() == 0;
            if (!full && !consumed) {
                throw new DataFormatException(
                        inflater.finished()
                                ? "octets behind the last block"
                                : "a dictionary is needed");
            }
            if (!full) {
                unload();
            }
            return count > 0 ? piece.retain() : null;
        } finally {
            piece.release();
        }
    }

    private void unload() {
        inflater.setInput(NOTHING);
        ByteBuf first = packed.poll();
        if (first != null) {
            first.release();
        }
        loaded = false;
    }

    private void release() {
        inflater.end();
        full = false;
        packed.forEach(ByteBuf::release);
        packed.clear();
    }
}
