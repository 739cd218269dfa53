package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.imapmirror.imap.FrameScanner.Side.CLIENT;
import static org.imapmirror.imap.FrameScanner.Side.SERVER;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

class MessageAssemblerTest {

    @Test
    void commandEndsWithTheLineThatHasNoLiteral() {
        List<WireMessage> all =
                Messages.all(
                        CLIENT, Scan.bytes("a LOGIN {1+}⏎x {2}⏎yz⏎b NOOP⏎c X {0+}⏎⏎"), 1000, 1000);
        assertThat(all).hasSize(3);
        assertThat(all.get(0).lines()).hasSize(3);
        assertThat(all.get(0).literals())
                .extracting(WireMessage.Literal::size)
                .containsExactly(1L, 2L);
        assertThat(all.get(1).literals()).isEmpty();
        assertThat(all.get(2).literals()).hasSize(1);
    }

    @Test
    void largeLiteralKeepsItsPlaceAndSizeOnly() {
        String body = "m".repeat(100_000);
        WireMessage message =
                Messages.all(
                                SERVER,
                                Scan.bytes("* 1 FETCH (BODY[] {100000}⏎" + body + " UID {1}⏎7)⏎"),
                                1000,
                                99_999)
                        .getFirst();
        assertThat(message.truncated()).isFalse();
        assertThat(message.literals().get(0).content())
                .isEqualTo(new ImapString.OmittedLiteral(100_000));
        assertThat(message.literals().get(1).content()).isInstanceOf(ImapString.Octets.class);
    }

    @Test
    void literalIsKeptInFullWhateverThePieces() {
        String body = "0123456789".repeat(700);
        MessageAssembler assembler = new MessageAssembler(1000, 7000);
        FrameScanner scanner = new FrameScanner(CLIENT, 1000);
        WireMessage message = null;
        byte[] octets = Scan.bytes("a X {7000+}⏎" + body + "⏎");
        for (byte octet : octets) {
            Frame f = scanner.next(ByteBuffer.wrap(new byte[] {octet}));
            message = f == null ? null : assembler.add(f);
        }
        ImapString.Octets content =
                (ImapString.Octets) requireNonNull(message).literals().get(0).content();
        assertThat(content.text()).isEqualTo(body);
    }

    @Test
    void literalsTogetherAreBounded() {
        String many = ("{100+}⏎" + "x".repeat(100)).repeat(50);
        WireMessage message =
                Messages.all(CLIENT, Scan.bytes("a X " + many + "⏎"), 1000, 100).getFirst();
        long kept =
                message.literals().stream()
                        .filter(l -> l.content() instanceof ImapString.Octets)
                        .count();
        assertThat(kept).isEqualTo(41);
        assertThat(message.literals()).hasSize(50);
        assertThat(message.truncated()).isFalse();
    }

    @Test
    void tooLongTextSaysSo() {
        WireMessage longLine =
                Messages.all(SERVER, Scan.bytes("* SEARCH" + " 1".repeat(600) + "⏎"), 1000, 10)
                        .getFirst();
        assertThat(longLine.truncated()).isTrue();
        assertThat(Response.parse(longLine, false)).isEqualTo(new Response.Other("SEARCH"));
        WireMessage manyLines =
                Messages.all(SERVER, Scan.bytes("* X " + "{0}⏎".repeat(5000) + "⏎"), 1000, 10)
                        .getFirst();
        assertThat(manyLines.truncated()).isTrue();
        assertThat(manyLines.lines()).hasSizeLessThan(300);
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> {
                    Tokens t = manyLines.tokens();
                    while (!t.end()) {
                        t.skipValue();
                    }
                });
    }

    @Test
    void messageThatIsArrivingCanBeRead() throws MalformedException {
        WireMessage message = Messages.pending("a APPEND {3+}⏎box (\\Seen) {50+}⏎half");
        AppendHead head = AppendHead.read(Command.parse(message).args(), false);
        assertThat(head.mailbox().value()).isEqualTo("box");
        assertThat(head.messages()).hasSize(1);
        assertThat(head.messages().getFirst().size()).isEqualTo(50);
    }

    @Test
    void refusedLiteralIsForgotten() {
        MessageAssembler assembler = new MessageAssembler(1000, 1000);
        assembler.add(
                new Frame.Line(
                        Scan.bytes("a X {5}"), new LiteralHeader(5, false, false), false, false));
        WireMessage next = assembler.add(new Frame.Line(Scan.bytes("b NOOP"), null, false, false));
        assertThat(requireNonNull(next).literals()).isEmpty();
        assertThat(Command.parse(next).tag()).isEqualTo("b");
    }
}
