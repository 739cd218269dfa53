package org.imapmirror.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.imapmirror.imap.Response.Status.BAD;
import static org.imapmirror.imap.Response.Status.BYE;
import static org.imapmirror.imap.Response.Status.NO;
import static org.imapmirror.imap.Response.Status.OK;
import static org.imapmirror.imap.Response.Status.PREAUTH;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

class ResponseTest {

    @Test
    void statusResponses() {
        Code none = new Code.None();
        assertThat(Messages.response("a1 OK done"))
                .isEqualTo(new Response.Tagged("a1", OK, none, "done"));
        assertThat(Messages.response("a1 no [TRYCREATE] no such"))
                .isEqualTo(
                        new Response.Tagged(
                                "a1", NO, new Code.OtherCode("TRYCREATE", ""), "no such"));
        assertThat(Messages.response("* BAD what"))
                .isEqualTo(new Response.Untagged(BAD, none, "what"));
        assertThat(Messages.response("* BYE [UNAVAILABLE] bye"))
                .isEqualTo(
                        new Response.Untagged(BYE, new Code.OtherCode("UNAVAILABLE", ""), "bye"));
        assertThat(Messages.response("* PREAUTH hi"))
                .isEqualTo(new Response.Untagged(PREAUTH, none, "hi"));
        assertThat(Messages.response("a1 OK")).isEqualTo(new Response.Tagged("a1", OK, none, ""));
        assertThat(Messages.response("+ idling")).isEqualTo(new Response.Continuation("idling"));
        assertThat(Messages.response("+")).isEqualTo(new Response.Continuation(""));
        assertThat(Messages.response("+ ")).isEqualTo(new Response.Continuation(""));
    }

    @Test
    void codes() throws MalformedException {
        assertThat(code("[APPENDUID 77 5:6]"))
                .isEqualTo(new Code.AppendUid(77, UidSet.range(5, 6)));
        assertThat(code("[COPYUID 77 12:10,15 101:104]"))
                .isEqualTo(
                        new Code.CopyUid(
                                77,
                                UidSet.of(10, 11, 12, 15),
                                UidSet.range(101, 104),
                                "12:10,15",
                                "101:104"));
        assertThat(code("[UIDVALIDITY 4294967295]")).isEqualTo(new Code.UidValidity(0xFFFF_FFFFL));
        assertThat(code("[uidnext 5] x")).isEqualTo(new Code.UidNext(5));
        assertThat(code("[HIGHESTMODSEQ 9223372036854775807]"))
                .isEqualTo(new Code.HighestModseq(Long.MAX_VALUE));
        assertThat(code("[NOMODSEQ]")).isEqualTo(new Code.NoModseq());
        assertThat(code("[READ-ONLY]")).isEqualTo(new Code.ReadOnly());
        assertThat(code("[READ-WRITE] Select completed")).isEqualTo(new Code.ReadWrite());
        assertThat(code("[CLOSED] Previous mailbox")).isEqualTo(new Code.Closed());
        assertThat(code("[MODIFIED 2:3]")).isEqualTo(new Code.Modified(SequenceSet.parse("2:3")));
        assertThat(code("[MODIFIED 1:*]")).isEqualTo(new Code.Modified(SequenceSet.parse("1:*")));
        assertThat(code("[PERMANENTFLAGS (\\Seen kw \\*)] x"))
                .isEqualTo(new Code.PermanentFlags(Flags.of("\\Seen", "kw"), true));
        assertThat(code("[PERMANENTFLAGS (a]b)] x"))
                .isEqualTo(new Code.PermanentFlags(Flags.of("a]b"), false));
        assertThat(code("[MAILBOXID (F2-x)]")).isEqualTo(new Code.MailboxId("F2-x"));
        assertThat(code("[CAPABILITY IMAP4rev1 Idle]"))
                .isEqualTo(
                        new Code.CapabilityCode(CapabilityList.of(List.of("IMAP4REV1", "IDLE"))));
        assertThat(code("[MESSAGELIMIT 2 14]")).isEqualTo(new Code.MessageLimit(2, 14L));
        assertThat(code("[MESSAGELIMIT 2]")).isEqualTo(new Code.MessageLimit(2, null));
    }

    @Test
    void copiesArePairedInTheOrderWritten() throws MalformedException {
        assertThat(copy("[COPYUID 7 5,3 8:9]").pairs(9)).containsExactly(pair(5, 8), pair(3, 9));
        assertThat(copy("[COPYUID 7 12:10 1:3]").pairs(3))
                .containsExactly(pair(10, 1), pair(11, 2), pair(12, 3));
        for (String bad :
                List.of(
                        "[COPYUID 7 1:2 5]",
                        "[COPYUID 7 1:4 1:4]",
                        "[COPYUID 7 1:4294967295 1:4294967295]")) {
            assertThatExceptionOfType(MalformedException.class)
                    .as(bad)
                    .isThrownBy(() -> copy(bad).pairs(3));
        }
    }

    private static Code.CopyUid copy(String text) {
        return (Code.CopyUid) code(text);
    }

    private static long[] pair(long from, long to) {
        return new long[] {from, to};
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[COPYUID 77 12 *]|COPYUID",
                "[COPYUID 0 12 13]|COPYUID",
                "[COPYUID 77 12]|COPYUID",
                "[COPYUID 77 12 13 14]|COPYUID",
                "[COPYUID 77  ]|COPYUID",
                "[APPENDUID 77 99999999999]|APPENDUID",
                "[UIDVALIDITY x]|UIDVALIDITY",
                "[INPROGRESS (\"tag ]\" 5 10)] still|INPROGRESS",
                "[BADURL /x;\"y] text|BADURL",
                "[BADCHARSET (\"UTF-8\" {x)] text|BADCHARSET",
                "[alert] x|ALERT",
            })
    void codeThatIsNotUnderstoodIsKept(String text, String name) {
        assertThat(code(text)).isInstanceOf(Code.OtherCode.class);
        assertThat(code(text).is(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[X", "x [CLOSED]", "[X \"", "", "]"})
    void noCode(String text) {
        assertThat(code(text)).isEqualTo(new Code.None());
    }

    @Test
    void textBehindABadUrlStays() {
        Response.Tagged r = (Response.Tagged) Messages.response("a NO [BADURL /x;\"y z] bad url]");
        assertThat(r.text()).isEqualTo("bad url]");
    }

    private static Code code(String text) {
        Response.Tagged tagged = (Response.Tagged) Messages.response("a OK " + text);
        Response.Untagged untagged = (Response.Untagged) Messages.response("* OK " + text);
        assertThat(tagged.code()).isEqualTo(untagged.code());
        return tagged.code();
    }

    @Test
    void counts() {
        assertThat(Messages.response("* 5 EXISTS")).isEqualTo(new Response.Exists(5));
        assertThat(Messages.response("* 0 recent")).isEqualTo(new Response.Recent(0));
        assertThat(Messages.response("* 3 EXPUNGE")).isEqualTo(new Response.Expunge(3));
        assertThat(Messages.response("* VANISHED 12:13,7"))
                .isEqualTo(new Response.Vanished(false, UidSet.of(7, 12, 13)));
        assertThat(Messages.response("* VANISHED (EARLIER) 1:9"))
                .isEqualTo(new Response.Vanished(true, UidSet.range(1, 9)));
    }

    @Test
    void fetch() {
        Response.Fetch f =
                (Response.Fetch)
                        Messages.response(
                                "* 2 FETCH (FLAGS (\\Seen \\Recent) UID 12 MODSEQ (9) INTERNALDATE"
                                        + " \" 1-Jan-2020 10:00:00 +0200\" RFC822.SIZE 60)");
        assertThat(f)
                .isEqualTo(
                        new Response.Fetch(
                                2,
                                12L,
                                Flags.of("\\Seen"),
                                9L,
                                " 1-Jan-2020 10:00:00 +0200",
                                60L,
                                false,
                                false,
                                List.of()));
    }

    @Test
    void fetchOfOctets() {
        Response.Fetch f =
                (Response.Fetch)
                        Messages.response(
                                "* 1 FETCH (BODY[HEADER.FIELDS (\"X{3}\")] {30}⏎FLAGS (\\Seen) UID"
                                        + " 99 {5}⏎ab⏎ BODY[] {2000}⏎"
                                        + "m".repeat(2000)
                                        + " ENVELOPE (NIL {13}⏎he \"said\" {5} ((NIL NIL \"a\""
                                        + " \"b\")) NIL) UID 7)");
        assertThat(f.uid()).isEqualTo(7);
        assertThat(f.flags()).isNull();
        assertThat(f.hasBodyData()).isTrue();
        assertThat(f.section("body[]")).isEqualTo(new ImapString.OmittedLiteral(2000));
        assertThat(f.section("BODY[HEADER.FIELDS (\"X{3}\")]"))
                .isInstanceOfSatisfying(
                        ImapString.Octets.class,
                        o -> assertThat(o.text()).startsWith("FLAGS (\\Seen)"));
        assertThat(f.section("BODY[TEXT]")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* 2 FETCH (UID 12)|true",
                "* 2 FETCH ( UID 12 )|true",
                "* 2 fetch (uid 12)|true",
                "* 2 FETCH (UID 12 FLAGS ())|false",
                "* 2 FETCH (FLAGS ())|false",
                "* 2 FETCH ()|false",
                "* 12 UIDFETCH (FLAGS (k))|false",
            })
    void fetchOfTheUidAlone(String line, boolean onlyUid) {
        assertThat(((Response.Fetch) Messages.response(line)).onlyUid()).isEqualTo(onlyUid);
    }

    @Test
    void fetchByUid() {
        Response.Fetch f = (Response.Fetch) Messages.response("* 12 UIDFETCH (FLAGS (k))");
        assertThat(f.number()).isZero();
        assertThat(f.uid()).isEqualTo(12);
    }

    @Test
    void lists() {
        assertThat(Messages.response("* LIST (\\HasChildren \\Sent) \"/\" \"a b\""))
                .isEqualTo(
                        new Response.ListItem(
                                Response.ListKind.LIST,
                                List.of("\\HasChildren", "\\Sent"),
                                '/',
                                new MailboxName("a b"),
                                null));
        assertThat(Messages.response("* LSUB () NIL inbox"))
                .isEqualTo(
                        new Response.ListItem(
                                Response.ListKind.LSUB, List.of(), null, MailboxName.INBOX, null));
        assertThat(
                        Messages.response(
                                "* LIST (\\NonExistent) \"\\\\\" {3}⏎a\"b (\"CHILDINFO\" (\"S\"))"))
                .isInstanceOfSatisfying(
                        Response.ListItem.class,
                        l -> {
                            assertThat(l.delimiter()).isEqualTo('\\');
                            assertThat(l.name()).isEqualTo(new MailboxName("a\"b"));
                            assertThat(l.isNoMailbox()).isTrue();
                        });
        assertThat(Messages.response("* LIST () \"/\" new (\"OLDNAME\" (old))"))
                .isInstanceOfSatisfying(
                        Response.ListItem.class,
                        l -> assertThat(l.oldName()).isEqualTo(new MailboxName("old")));
        assertThat(Messages.response("* LIST () \".\" &AOk-"))
                .isInstanceOfSatisfying(
                        Response.ListItem.class, l -> assertThat(l.name().value()).isEqualTo("é"));
    }

    @Test
    void rightsAndQuotas() {
        assertThat(
                        Response.parse(
                                Messages.one(
                                        FrameScanner.Side.SERVER,
                                        "* ACL \"a b\" anna lrs \"-team x\" {2}\r\nlr"),
                                false))
                .isEqualTo(
                        new Response.Acl(
                                new MailboxName("a b"), Map.of("anna", "lrs", "-team x", "lr")));
        assertThat(
                        Response.parse(
                                Messages.one(
                                        FrameScanner.Side.SERVER,
                                        "* QUOTA \"\" (storage 10 512 MESSAGE 3 4)"),
                                false))
                .isEqualTo(
                        new Response.Quota(
                                "",
                                Map.of(
                                        "STORAGE", new Response.Resource(10, 512),
                                        "MESSAGE", new Response.Resource(3, 4))));
        assertThat(
                        Response.parse(
                                Messages.one(FrameScanner.Side.SERVER, "* QUOTA \"\" (STORAGE 10)"),
                                false))
                .isEqualTo(new Response.Other("QUOTA"));
    }

    @Test
    void namesInUtf8() {
        WireMessage m =
                Messages.one(FrameScanner.Side.SERVER, "* LIST () \"/\" \"\u00c3\u00a9&-\"");
        assertThat(Response.parse(m, true))
                .isInstanceOfSatisfying(
                        Response.ListItem.class,
                        l -> assertThat(l.name().value()).isEqualTo("é&-"));
    }

    @Test
    void mailboxStatus() {
        assertThat(
                        Messages.response(
                                "* STATUS {3}⏎a b (MESSAGES 5 uidnext 9 MAILBOXID (F1) APPENDLIMIT"
                                        + " NIL HIGHESTMODSEQ 7011231777)"))
                .isEqualTo(
                        new Response.MailboxStatus(
                                new MailboxName("a b"),
                                Map.of("MESSAGES", 5L, "UIDNEXT", 9L, "HIGHESTMODSEQ", 7011231777L),
                                "F1"));
    }

    @Test
    void searches() {
        assertThat(Messages.response("* SEARCH 4 2 3 (MODSEQ 917)"))
                .isEqualTo(new Response.Search(UidSet.range(2, 4), 917L));
        assertThat(Messages.response("* SEARCH"))
                .isEqualTo(new Response.Search(UidSet.EMPTY, null));
        assertThat(
                        Messages.response(
                                "* ESEARCH (TAG \"a 1\") UID ALL 1:3 MODSEQ 9 PARTIAL (1:20 5,7)"))
                .isEqualTo(
                        new Response.Esearch(
                                "a 1", true, UidSet.range(1, 3), null, null, null, 9L));
        assertThat(Messages.response("* ESEARCH (TAG \"a\") MIN 1 MAX 9 COUNT 4"))
                .isEqualTo(new Response.Esearch("a", false, null, 4L, 1L, 9L, null));
    }

    @Test
    void sessionData() {
        CapabilityList list = CapabilityList.of(List.of("IMAP4rev1", "AUTH=plain", "AUTH=LOGIN"));
        assertThat(Messages.response("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN"))
                .isEqualTo(new Response.Capability(list));
        assertThat(list.values("auth")).containsExactly("PLAIN", "LOGIN");
        assertThat(list.hasMechanism("Login")).isTrue();
        assertThat(Messages.response("* ENABLED"))
                .isEqualTo(new Response.Enabled(CapabilityList.NONE));
        assertThat(Messages.response("* FLAGS (\\Seen k)"))
                .isEqualTo(new Response.FlagsList(Flags.of("\\Seen", "k")));
        assertThat(
                        Messages.response(
                                "* NAMESPACE ((\"INBOX.\" \".\" \"X\" (\"p\"))(\"#m/\" NIL)) NIL"
                                        + " ((\"&AOk-/\" \"/\"))"))
                .isEqualTo(
                        new Response.Namespace(
                                List.of(
                                        new Response.Prefix("INBOX.", '.'),
                                        new Response.Prefix("#m/", null)),
                                List.of(),
                                List.of(new Response.Prefix("é/", '/'))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* 5 FETCH (FLAGS (\\Seen|FETCH",
                "* 5 FETCH FLAGS|FETCH",
                "* 5 FETCH (UID 0)|FETCH",
                "* 99999999999999999999 EXISTS|EXISTS",
                "* 5|''",
                "* 5 FOO|FOO",
                "* SEARCH 1 x|SEARCH",
                "* LIST x|LIST",
                "* LIST () \"//\" x|LIST",
                "* VANISHED|VANISHED",
                "* VANISHED 1:*|VANISHED",
                "* ESEARCH ALL|ESEARCH",
                "* STATUS x (MESSAGES -1)|STATUS",
                "* QUOTAROOT x \"\"|QUOTAROOT",
                "* SORT 5 3|SORT",
                "a FETCH (X)|''",
                "*|''",
                "''|''",
                "a BYE x|BYE",
            })
    void whatIsNotUnderstoodIsOther(String line, String kind) {
        assertThat(Messages.response(line)).isEqualTo(new Response.Other(kind));
    }
}
