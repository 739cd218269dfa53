package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.util.Objects.requireNonNull;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class CommandTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "a NOOP|a|NOOP|false",
                "a.1 store 1 +FLAGS (x)|a.1|STORE|false",
                "a uid Fetch 1:* (FLAGS)|a|FETCH|true",
                "a UID|a|''|true",
                "a UID  FETCH 1|a|''|true",
                "a  NOOP|a|''|false",
                "DONE|DONE|''|false",
                "' NOOP'|''|''|false",
                "''|''|''|false",
                "a|a|''|false",
                "'a '|a|''|false",
                "a UIDX 1|a|UIDX|false",
            })
    void headOfACommand(String line, String tag, String verb, boolean uid) {
        Command c = Command.parseHead(Scan.bytes(line));
        assertThat(c.tag()).isEqualTo(tag);
        assertThat(c.verb()).isEqualTo(verb);
        assertThat(c.uid()).isEqualTo(uid);
    }

    @Test
    void bareReturnEndsTheVerb() {
        assertThat(Command.parseHead(Scan.bytes("a NOOP\rb")).verb()).isEqualTo("NOOP");
    }

    @Test
    void argumentsAreNeverShown() {
        assertThat(Command.parseHead(Scan.bytes("a LOGIN alice secret"))).hasToString("a LOGIN");
    }

    @Test
    void append() throws MalformedException {
        AppendHead head =
                AppendHead.read(
                        Messages.args(
                                "a APPEND \"&AOk-t&AOk-\" (\\Seen \\Recent kw) \"01-Jan-2020"
                                        + " 10:00:00 +0200\" {3+}⏎abc"),
                        false);
        assertThat(head.mailbox()).isEqualTo(new MailboxName("été"));
        assertThat(head.messages())
                .containsExactly(
                        new AppendHead.Message(
                                Flags.of("\\Seen", "kw"),
                                "01-Jan-2020 10:00:00 +0200",
                                false,
                                false,
                                false,
                                3));
        assertThat(head.open()).isNull();
    }

    @Test
    void appendOfSeveral() throws MalformedException {
        AppendHead head =
                AppendHead.read(
                        Messages.args("a APPEND inbox {3+}⏎abc (\\Draft) ~{2}⏎de UTF8 (~{1}⏎f)"),
                        false);
        assertThat(head.mailbox()).isEqualTo(MailboxName.INBOX);
        assertThat(head.messages())
                .extracting(AppendHead.Message::size)
                .containsExactly(3L, 2L, 1L);
        assertThat(head.messages())
                .extracting(AppendHead.Message::binary)
                .containsExactly(false, true, true);
        assertThat(head.messages())
                .extracting(AppendHead.Message::utf8)
                .containsExactly(false, false, true);
    }

    @Test
    void appendByParts() throws MalformedException {
        String command =
                "a APPEND d (\\Seen) CATENATE (URL \"/b;UIDVALIDITY=1/;UID=12\" TEXT {2+}⏎";
        for (WireMessage m :
                List.of(
                        Messages.pending(command),
                        Messages.one(FrameScanner.Side.CLIENT, command + "hi)"))) {
            AppendHead head = AppendHead.read(Command.parse(m).args(), false);
            assertThat(head.messages()).hasSize(1);
            assertThat(head.messages().getFirst().catenate()).isTrue();
            assertThat(head.messages().getFirst().flags()).isEqualTo(Flags.of("\\Seen"));
        }
    }

    @Test
    void appendWithoutMessageIsOpen() throws MalformedException {
        AppendHead head = AppendHead.read(Messages.args("a APPEND d (x) \"1-Jan-2020\""), false);
        assertThat(head.messages()).isEmpty();
        assertThat(requireNonNull(head.open()).dateIsValid()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a APPEND",
                "a APPEND d x",
                "a APPEND d (a {1+}⏎x",
                "a APPEND (x) {1+}⏎x",
                "a APPEND d (\"q\") {1+}⏎x"
            })
    void notAnAppend(String command) {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> AppendHead.read(Messages.args(command), false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "a STORE 1 +FLAGS (\\Seen)|1|-|ADD|false|(\\Seen)",
                "a store 1:2,5 -flags kw|1:2,5|-|REMOVE|false|(kw)",
                "a UID STORE 14:12 FLAGS.silent \\Draft k|12:14|-|SET|true|(\\Draft k)",
                "a UID STORE 1 (UNCHANGEDSINCE 5) +FLAGS.SILENT ()|1|5|ADD|true|()",
                "a STORE 1 +X-GM-LABELS (foo \"b c\")|1|-|OTHER|false|()",
                "a STORE 1 ANNOTATION (/comment (value.priv \"x\"))|1|-|OTHER|false|()",
            })
    void store(
            String command,
            String set,
            Long since,
            StoreArgs.Item item,
            boolean silent,
            String flags)
            throws MalformedException {
        StoreArgs args = StoreArgs.read(Messages.args(command));
        assertThat(args.set().resolve(100)).hasToString(set);
        assertThat(args.unchangedSince()).isEqualTo(since);
        assertThat(args.item()).isEqualTo(item);
        assertThat(args.silent()).isEqualTo(silent);
        assertThat(args.flags()).hasToString(flags);
    }

    @Test
    void storeOfASavedResult() throws MalformedException {
        assertThat(StoreArgs.read(Messages.args("a STORE $ +FLAGS (k)")).set().saved()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a STORE",
                "a STORE 1",
                "a STORE x +FLAGS (k)",
                "a STORE 1 (X 1) FLAGS ()",
                "a STORE 1 FLAGS (a) (b)",
                "a STORE 1 FLAGS (a"
            })
    void notAStore(String command) {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> StoreArgs.read(Messages.args(command)));
    }

    @Test
    void copy() throws MalformedException {
        CopyArgs args = CopyArgs.read(Messages.args("a COPY 2:4,7 {3+}⏎a b"), false);
        assertThat(args.set().resolve(9)).hasToString("2:4,7");
        assertThat(args.target()).isEqualTo(new MailboxName("a b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a FETCH 1 FLAGS|false",
                "a FETCH 1 (UID BODY.PEEK[] RFC822.SIZE)|false",
                "a FETCH 1 BODY[]|true",
                "a FETCH 1 (FLAGS BODY[HEADER.FIELDS (A B)]<0.5>)|true",
                "a FETCH 1 body[text]|true",
                "a FETCH 1 (BINARY[1])|true",
                "a FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])|false",
                "a FETCH 1 RFC822|true",
                "a FETCH 1 RFC822.TEXT|true",
                "a FETCH 1 (RFC822.HEADER BODY BODYSTRUCTURE ENVELOPE)|false",
                "a FETCH 1 (PREVIEW (LAZY) BODY[HEADER.FIELDS ({4+}⏎FROM)])|true",
                "a FETCH 1 ALL|false",
            })
    void fetchThatSetsSeen(String command, boolean setsSeen) throws MalformedException {
        assertThat(FetchArgs.read(Messages.args(command)).setsSeen()).isEqualTo(setsSeen);
    }

    @Test
    void fetchModifiers() throws MalformedException {
        FetchArgs args =
                FetchArgs.read(Messages.args("a UID FETCH 1:* (FLAGS) (changedsince 12 VANISHED)"));
        assertThat(args.items()).containsExactly("FLAGS");
        assertThat(args.modifiers()).contains("CHANGEDSINCE", "VANISHED");
    }

    @Test
    void select() throws MalformedException {
        assertThat(SelectArgs.read(Messages.args("a SELECT inbox"), false))
                .isEqualTo(new SelectArgs(MailboxName.INBOX, false, false));
        assertThat(
                        SelectArgs.read(
                                Messages.args("a SELECT \"x y\" (QRESYNC (1 20 1:5 (1 1)))"),
                                false))
                .isEqualTo(new SelectArgs(new MailboxName("x y"), false, true));
        assertThat(SelectArgs.read(Messages.args("a EXAMINE x (condstore)"), false))
                .isEqualTo(new SelectArgs(new MailboxName("x"), true, false));
    }

    @Test
    void create() throws MalformedException {
        assertThat(CreateArgs.read(Messages.args("a CREATE arch (USE (\\Archive))"), false))
                .isEqualTo(new CreateArgs(new MailboxName("arch"), List.of("\\Archive"), false));
        assertThat(CreateArgs.read(Messages.args("a CREATE {3+}⏎a\"b"), false))
                .isEqualTo(new CreateArgs(new MailboxName("a\"b"), List.of(), false));
        assertThat(CreateArgs.read(Messages.args("a CREATE a (X 1)"), false).otherParameters())
                .isTrue();
    }
}
