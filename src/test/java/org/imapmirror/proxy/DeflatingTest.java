package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Everything written is there with the next flush, and what that costs is given back.
class DeflatingTest {
    private final List<Deflater> made = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new Deflating(this::fresh));
    private final Inflater inflater = new Inflater(true);
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private int packed;

    private Deflater fresh() {
        Deflater deflater = new Deflater(6, true);
        made.add(deflater);
        return deflater;
    }

    @AfterEach
    void nothingIsHeld() {
        channel.close();
        channel.releaseOutbound();
        inflater.end();
        assertThat(made).allSatisfy(DeflatingTest::assertEnded);
    }

    private static void assertEnded(Deflater deflater) {
        assertThatThrownBy(deflater::getBytesRead).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 3000, 200_000, 3_000_000})
    void whatIsWrittenArrivesWithTheFlush(int size) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (boolean random : new boolean[] {true, false}) {
            byte[] octets = octets(size, random);
            ByteBuf buffer = Unpooled.directBuffer(size).writeBytes(octets);
            channel.write(buffer);
            channel.flush();
            assertThat(buffer.refCnt()).isZero();
            all.writeBytes(octets);
            assertThat(unpacked()).isEqualTo(all.toByteArray());
        }
    }

    @Test
    void manySmallWritesAreFlushedOnce() throws Exception {
        for (int i = 0; i < 1000; i++) {
            channel.write(Unpooled.wrappedBuffer("* 1 EXPUNGE\r\n".getBytes()));
        }
        assertThat(channel.outboundMessages()).isEmpty();
        channel.flush();
        assertThat(unpacked()).hasSize(13_000);
        // With a mark behind each it would be over 5000.
        assertThat(packed).isLessThan(200);
    }

    @Test
    void flushOfNothingSaysNothing() throws Exception {
        channel.writeOutbound(Unpooled.wrappedBuffer("* OK\r\n".getBytes()));
        unpacked();
        int before = packed;
        channel.flush();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        unpacked();
        assertThat(packed).isEqualTo(before);
    }

    @Test
    void writesAreDoneWhenTheirOctetsAreOnTheirWay() {
        ChannelFuture first = channel.write(Unpooled.wrappedBuffer(octets(100_000, true)));
        ChannelFuture second = channel.write(Unpooled.EMPTY_BUFFER);
        channel.runPendingTasks();
        assertThat(first.isDone()).isFalse();
        channel.flush();
        assertThat(first.isSuccess()).isTrue();
        assertThat(second.isSuccess()).isTrue();
    }

    @Test
    void writesFailWithTheChannel() {
        ChannelFuture write = channel.write(Unpooled.wrappedBuffer(octets(100, true)));
        channel.close();
        assertThat(write.cause()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void quietClientHasNoDeflaterAndTheStreamGoesOn() throws Exception {
        channel.freezeTime();
        byte[] octets = octets(5000, false);
        channel.writeOutbound(Unpooled.wrappedBuffer(octets));
        advance(Deflating.QUIET.toMillis() - 1);
        channel.writeOutbound(Unpooled.wrappedBuffer(octets));
        advance(1);
        assertThat(made.getFirst().getBytesRead()).isEqualTo(10_000);
        advance(Deflating.QUIET.toMillis());
        assertEnded(made.getFirst());
        for (int i = 0; i < 3; i++) {
            channel.writeOutbound(Unpooled.wrappedBuffer(octets));
            advance(Deflating.QUIET.toMillis());
            advance(Deflating.QUIET.toMillis());
        }
        assertThat(made).hasSize(4);
        byte[] all = unpacked();
        assertThat(all).hasSize(25_000);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i]).isEqualTo(octets[i % 5000]);
        }
    }

    private void advance(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private static byte[] octets(int size, boolean random) {
        byte[] octets = new byte[size];
        if (random) {
            new Random(size).nextBytes(octets);
        } else {
            for (int i = 0; i < size; i++) {
                octets[i] = (byte) ('a' + i / 7 % 20);
            }
        }
        return octets;
    }

    /// Everything that can be unpacked so far.
    private byte[] unpacked() throws DataFormatException {
        byte[] chunk = new byte[10_000];
        ByteBuf next;
        while ((next = channel.readOutbound()) != null) {
            byte[] octets = new byte[next.readableBytes()];
            next.readBytes(octets).release();
            packed += octets.length;
            inflater.setInput(octets);
            int count;
            while ((count = inflater.inflate(chunk)) > 0) {
                read.write(chunk, 0, count);
            }
        }
        return read.toByteArray();
    }
}
