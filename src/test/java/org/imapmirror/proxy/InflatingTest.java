package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Any octets in any pieces, and never more than one piece while nobody reads.
class InflatingTest {
    private static final int MEGABYTE = 1024 * 1024;

    private final Inflater inflater = new Inflater(true);
    private final Sink sink = new Sink();
    private int turns;
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new Inflating(inflater, this::otherTurn), sink);

    /// As the session does it.
    private void otherTurn() {
        turns++;
        channel.config().setAutoRead(false);
        channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
    }

    @AfterEach
    void nothingIsHeld() {
        channel.close();
        assertThatThrownBy(inflater::getBytesRead).hasMessageContaining("closed");
        assertThat(channel.inboundMessages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 5000, 1_000_000})
    void octetsAreTheSameHoweverTheyAreCut(int length) {
        byte[] text = text(200_000);
        for (ByteBuf part : parts(packed(text, Deflater.SYNC_FLUSH), length)) {
            channel.writeInbound(part);
        }
        assertThat(sink.octets()).isEqualTo(text);
    }

    @Test
    void everyCommandIsThereAsSoonAsItIsFlushed() {
        Deflater deflater = new Deflater(6, true);
        for (int i = 0; i < 50; i++) {
            byte[] line = ("a" + i + " NOOP\r\n").getBytes();
            channel.writeInbound(Unpooled.wrappedBuffer(packed(deflater, line)));
            assertThat(sink.octets()).endsWith(line);
        }
        deflater.end();
    }

    @Test
    void ofABombOnePieceIsUnpackedWhileNobodyReads() {
        byte[] bomb = packed(new byte[64 * MEGABYTE], Deflater.SYNC_FLUSH);
        assertThat(bomb.length).isLessThan(80_000);
        sink.most = 1;
        sink.keeps = false;
        channel.writeInbound(Unpooled.wrappedBuffer(bomb));
        assertThat(sink.pieces).isEqualTo(1);
        assertThat(sink.total).isEqualTo(Inflating.PIECE);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[0]));
        assertThat(sink.pieces).isEqualTo(1);

        for (int i = 2; sink.total < 64 * MEGABYTE; i++) {
            sink.most = i;
            channel.config().setAutoRead(true);
            channel.runPendingTasks();
            assertThat(sink.pieces).isEqualTo(i);
        }
        assertThat(sink.pieces).isEqualTo(64 * MEGABYTE / Inflating.PIECE);
        assertThat(sink.completes).isGreaterThanOrEqualTo(sink.pieces);
    }

    @Test
    void othersHaveTheirTurnWhileABombIsThrownAway() {
        sink.keeps = false;
        channel.writeInbound(
                Unpooled.wrappedBuffer(packed(new byte[8 * MEGABYTE], Deflater.SYNC_FLUSH)));
        channel.runPendingTasks();
        assertThat(sink.total).isEqualTo(8 * MEGABYTE);
        assertThat(turns)
                .isBetween(
                        8 * MEGABYTE / Inflating.PIECE / Inflating.PIECES_PER_TURN - 1,
                        8 * MEGABYTE / Inflating.PIECE / Inflating.PIECES_PER_TURN);
    }

    @Test
    void theEndComesBehindTheRest() {
        byte[] text = text(100_000);
        sink.most = 1;
        channel.writeInbound(Unpooled.wrappedBuffer(packed(text, Deflater.SYNC_FLUSH)));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(sink.ended).isFalse();
        sink.most = Integer.MAX_VALUE;
        channel.config().setAutoRead(true);
        channel.runPendingTasks();
        assertThat(sink.octets()).isEqualTo(text);
        assertThat(sink.ended).isTrue();
    }

    @Test
    void theEndIsToldAtOnceWhereNothingWaits() {
        channel.writeInbound(Unpooled.wrappedBuffer(packed(text(100), Deflater.SYNC_FLUSH)));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(sink.ended).isTrue();
    }

    @Test
    void whatIsNotCompressedIsAnErrorOnce() {
        channel.writeInbound(Unpooled.wrappedBuffer(packed(text(100), Deflater.SYNC_FLUSH)));
        channel.writeInbound(Unpooled.wrappedBuffer("a1 NOOP\r\n".getBytes()));
        channel.writeInbound(Unpooled.wrappedBuffer("a2 NOOP\r\n".getBytes()));
        assertThat(sink.octets()).isEqualTo(text(100));
        assertThat(sink.errors)
                .singleElement()
                .satisfies(e -> assertThat(e).isInstanceOf(DataFormatException.class));
    }

    @Test
    void lastBlockIsFine() {
        channel.writeInbound(Unpooled.wrappedBuffer(packed(text(100), Deflater.FULL_FLUSH)));
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {3, 0}));
        assertThat(sink.octets()).isEqualTo(text(100));
        assertThat(sink.errors).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void octetsBehindTheLastBlockAreAnError(boolean together) {
        byte[] last = {3, 0, 3, 0};
        for (ByteBuf part : parts(last, together ? 4 : 2)) {
            channel.writeInbound(part);
        }
        assertThat(sink.errors)
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("last block"));
    }

    @Test
    void randomOctetsAreGarbageOrAnError() {
        for (int seed = 0; seed < 500; seed++) {
            byte[] octets = new byte[300];
            new Random(seed).nextBytes(octets);
            EmbeddedChannel other =
                    new EmbeddedChannel(new Inflating(new Inflater(true), () -> {}), new Sink());
            for (ByteBuf part : parts(octets, 1 + seed % 50)) {
                other.writeInbound(part);
            }
            other.close();
            other.checkException();
        }
    }

    @Test
    void whatWaitsIsReleasedWithTheChannel() {
        sink.most = 1;
        ByteBuf packed = Unpooled.wrappedBuffer(packed(text(100_000), Deflater.SYNC_FLUSH));
        channel.writeInbound(packed);
        assertThat(packed.refCnt()).isEqualTo(1);
        channel.close();
        assertThat(packed.refCnt()).isZero();
    }

    private static byte[] text(int size) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(1);
        while (text.length() < size) {
            text.append("a").append(random.nextInt(1000)).append(" FETCH 1:* (FLAGS)\r\n");
        }
        return text.substring(0, size).getBytes();
    }

    private static byte[] packed(byte[] octets, int mode) {
        try (Deflater deflater = new Deflater(6, true)) {
            return packed(deflater, octets, mode);
        }
    }

    private static byte[] packed(Deflater deflater, byte[] octets) {
        return packed(deflater, octets, Deflater.SYNC_FLUSH);
    }

    private static byte[] packed(Deflater deflater, byte[] octets, int mode) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[10_000];
        deflater.setInput(octets);
        int count;
        do {
            count = deflater.deflate(chunk, 0, chunk.length, mode);
            out.write(chunk, 0, count);
        } while (count == chunk.length);
        return out.toByteArray();
    }

    /// Direct buffers, as sockets give them.
    private static List<ByteBuf> parts(byte[] octets, int length) {
        List<ByteBuf> parts = new ArrayList<>();
        for (int i = 0; i < octets.length; i += length) {
            int size = Math.min(length, octets.length - i);
            parts.add(Unpooled.directBuffer(size).writeBytes(octets, i, size));
        }
        return parts;
    }

    /// Takes some pieces and then stops the reading.
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private final List<Throwable> errors = new ArrayList<>();
        private boolean keeps = true;
        private boolean ended;
        private int most = Integer.MAX_VALUE;
        private int pieces;
        private int completes;
        private long total;

        byte[] octets() {
            return all.toByteArray();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf piece = (ByteBuf) message;
            assertThat(piece.readableBytes()).isBetween(1, Inflating.PIECE);
            pieces++;
            total += piece.readableBytes();
            if (keeps) {
                byte[] octets = new byte[piece.readableBytes()];
                piece.readBytes(octets);
                all.writeBytes(octets);
            }
            piece.release();
            if (pieces >= most) {
                ctx.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            completes++;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ended = ended || event instanceof ChannelInputShutdownEvent;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            errors.add(cause);
        }
    }
}
