package org.imapmirror.app.sync;

import org.imapmirror.app.sync.GetoptLong.Kind;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The options of imapsync 2.229 (and `json`, which is ours), and what becomes of each: they are
/// honoured, or they have no meaning here and change nothing, or they are refused with words. A
/// test goes through all of them.
final class ImapsyncTable {
    /// `!` can be negated, `=s` takes a text, `=i` an integer, `=f` a number.
    private static final String HONOURED =
            """
            host1=s host2=s port1=i port2=i user1=s user2=s password1=s password2=s
            passfile1=s passfile2=s
            ssl1! ssl2! tls1! tls2! sslargs1=s sslargs2=s timeout1=f timeout2=f timeout=f
            authmech1=s authmech2=s authmd51! authmd52! authuser1=s authuser2=s proxyauth1 proxyauth2
            oauthaccesstoken1=s oauthaccesstoken2=s oauthdirect1=s oauthdirect2=s
            folder=s folderrec=s folderfirst=s folderlast=s include=s exclude=s subscribed!
            subscribe! subscribeall! subscribe_all! automap! justautomap! f1f2=s regextrans2=s
            subfolder1=s subfolder2=s prefix1=s prefix2=s sep1=s sep2=s mixfolders!
            fixslash2! skipemptyfolders!
            justfolders! justconnect! justbanner justlogin! justfoldersizes! justfolderlists!
            syncacls! dry! useheader=s syncduplicates! skipcrossduplicates!
            maxsize=i minsize=i appendlimit=i maxage=f minage=f search=s search1=s search2=s
            resyncflags! regexflag=s syncinternaldates! idatefromheader!
            delete! delete1! delete1emptyfolders! delete2! delete2folders!
            delete2foldersonly=s delete2foldersbutnot=s expunge! expunge1! expunge2! uidexpunge2!
            maxbytespersecond=i maxmessagespersecond=f maxbytesafter=i exitwhenover=i errorsmax=i
            split1=i split2=i reconnectretry1=i reconnectretry2=i
            gmail1 gmail2 office1 office2 exchange1 exchange2
            tmpdir=s logfile=s logdir=s log! inet4 ipv4 inet6 ipv6 version help json
            """;

    /// They are about how imapsync works inside, or what they ask for is always so.
    private static final String WITHOUT_MEANING =
            """
            showpasswords! debugssl=i authmd5! trylogin! keepalive1! keepalive2! id!
            checkselectable! checkfoldersexist! fixinboxinbox!
            foldersizes! foldersizesatend! foldersize! foldersizeatend!
            usecache! useuid! cacheaftercopy! wholeheaderifneeded! skipsize! allowsizemismatch!
            addheader! noabletosearch noabletosearch1 noabletosearch2 checknoabletosearch!
            filterflags! filterbuggyflags! flagscase! syncflagsaftercopy!
            expungeaftereach! pidfile=s pidfilelocking! releasecheck! tmphash! tmpfile=s
            maxsleep=f buffersize=i fastio1! fastio2! fast!
            errorsdump! modulesversion! memorystress!
            debug! debugimap! debugimap1! debugimap2! debugfolders! debugcontent! debugflags!
            debuglabels! debugmemory! debugcache! debugsig! debugcrossduplicates! debugsleep=f
            """;

    private static final Map<String, String> REFUSED = new LinkedHashMap<>();

    private static final Map<String, Kind> KINDS = new HashMap<>();
    private static final Set<String> IGNORED = new LinkedHashSet<>();

    static {
        add(HONOURED, Set.of());
        add(WITHOUT_MEANING, IGNORED);
        String content =
                "messages are brought over byte by byte; change them on the target afterwards";
        for (String name :
                new String[] {
                    "regexmess=s",
                    "pipemess=s",
                    "pipemesscheck!",
                    "disarmreadreceipts!",
                    "truncmess=i",
                    "maxlinelengthcmd=s"
                }) {
            refuse(name, content);
        }
        refuse("skipmess=s", "choose messages with --search1, --maxsize or --maxage");
        refuse("maxlinelength=i", "lines of any length are brought over as they are");
        refuse("minmaxlinelength=i", "lines of any length are brought over as they are");
        refuse("skipheader=s", "name the header to recognize messages by with --useheader");
        refuse("messageidnodomain!", "messages are recognized by the whole Message-ID");
        refuse(
                "delete2duplicates!",
                "--delete2 takes away what host1 does not have so many times, duplicates among"
                        + " it");
        refuse("domain1=s", "NTLM is not there");
        refuse("domain2=s", "NTLM is not there");
        refuse("compress1!", "connections are not compressed");
        refuse("compress2!", "connections are not compressed");
        refuse("synclabels!", "labels of Gmail are brought over as the mailboxes that they are");
        refuse("resynclabels!", "labels of Gmail are brought over as the mailboxes that they are");
        refuse("dry1!", "use --dry, which touches neither side");
        refuse("sanitize!", "rename with --regextrans2");
        refuse("domino1", "give --sep1 and --prefix1");
        refuse("domino2", "give --sep2 and --prefix2");
        refuse("abort!", "end the other run by its process id (kill), which is safe");
        refuse("abortbyfile!", "end a run by its process id (kill), which is safe");
        refuse("tail!", "look at the other run's output");
        refuse("emailreport1!", "send the output with --json by a mail program");
        refuse("emailreport2!", "send the output with --json by a mail program");
        refuse("exitonload=f", "limit the speed with --maxbytespersecond");
        refuse("sigexit=s", "TERM and INT end a run in order");
        refuse("sigreconnect=s", "connections that break are made anew without a signal");
        refuse("sigignore=s", "TERM and INT end a run in order");
        refuse("tests!", "these are tests of imapsync itself");
        refuse("testslive!", "these are tests of imapsync itself");
        refuse("testslive6!", "these are tests of imapsync itself");
        refuse("testsunit=s", "these are tests of imapsync itself");
        refuse("testsdebug!", "these are tests of imapsync itself");
        refuse("simulong=f", "this is a test of imapsync itself");
    }

    private ImapsyncTable() {}

    static GetoptLong parser() {
        return new GetoptLong(KINDS);
    }

    static Set<String> names() {
        return KINDS.keySet();
    }

    /// Accepted, and changes nothing.
    static Set<String> ignored() {
        return IGNORED;
    }

    /// Why an option cannot be honoured, and what to do instead.
    static Map<String, String> refused() {
        return REFUSED;
    }

    private static void refuse(String text, String why) {
        REFUSED.put(name(text), why);
        KINDS.put(name(text), kind(text));
    }

    private static void add(String texts, Set<String> into) {
        for (String text : texts.strip().split("\\s+")) {
            KINDS.put(name(text), kind(text));
            if (into == IGNORED) {
                into.add(name(text));
            }
        }
    }

    private static String name(String text) {
        return text.replaceAll("[!=].*", "");
    }

    private static Kind kind(String text) {
        if (text.endsWith("!")) {
            return Kind.NEGATABLE;
        }
        if (text.endsWith("=s")) {
            return Kind.TEXT;
        }
        if (text.endsWith("=i")) {
            return Kind.INTEGER;
        }
        return text.endsWith("=f") ? Kind.NUMBER : Kind.SWITCH;
    }
}
