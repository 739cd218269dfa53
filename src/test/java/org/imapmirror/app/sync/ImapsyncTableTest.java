package org.imapmirror.app.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.app.sync.GetoptLong.Kind;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.SyncOptions;
import org.imapmirror.reconcile.sync.SyncOptions.Dates;
import org.imapmirror.reconcile.sync.Tuning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Each option of imapsync is honoured, or changes nothing, or is refused with words.
class ImapsyncTableTest {
    /// Of imapsync's manual; where it has two, the one of host1.
    private static final String MANUAL =
            """
            dry host1 port1 user1 password1 showpasswords passfile1 ssl1 nossl1 tls1 notls1
            debugssl sslargs1 timeout1 authmech1 authuser1 proxyauth1 authmd51 domain1
            oauthaccesstoken1 oauthdirect1 folder folderrec folderfirst folderlast nomixfolders
            skipemptyfolders include exclude subfolder1 subfolder2 automap justautomap f1f2
            subscribed subscribe subscribeall prefix1 prefix2 sep1 sep2 regextrans2
            nofoldersizes nofoldersizesatend justfoldersizes justfolderlists tmpdir pidfile
            pidfilelocking nolog logfile logdir skipmess pipemess disarmreadreceipts regexmess
            truncmess maxlinelength minmaxlinelength maxlinelengthcmd
            regexflag filterflags filterbuggyflags flagscase syncflagsaftercopy resyncflags
            noresyncflags delete1 expunge1 noexpunge1 noexpungeaftereach delete1emptyfolders
            delete2 delete2duplicates delete2folders delete2foldersonly delete2foldersbutnot
            expunge2 uidexpunge2 nouidexpunge2 syncinternaldates idatefromheader maxsize minsize
            appendlimit maxage minage search search1 search2 noabletosearch noabletosearch1
            checknoabletosearch useheader skipheader wholeheaderifneeded messageidnodomain
            usecache nousecache useuid cacheaftercopy addheader syncduplicates
            skipcrossduplicates debugcrossduplicates syncacls nosyncacls debug debugfolders
            debugcontent debugflags debuglabels debugimap1 debugimap2 debugimap debugmemory
            errorsmax errorsdump tests testslive testslive6 gmail1 gmail2 office1 office2
            exchange1 exchange2 domino1 domino2 maxmessagespersecond maxbytespersecond
            maxbytesafter maxsleep abort abortbyfile exitwhenover exitonload version
            noreleasecheck releasecheck noid id justconnect justbanner justlogin justfolders help
            inet4 inet6 keepalive1 compress1 split1 buffersize fastio1 reconnectretry1
            sigexit sigreconnect sigignore emailreport1 simulong synclabels resynclabels tail
            checkselectable checkfoldersexist nofixInboxINBOX nofixslash2 sanitize trylogin
            """;

    private static final String[] BASE = {
        "--host1", "a", "--user1", "u", "--password1", "p",
        "--host2", "b", "--user2", "v", "--password2", "q"
    };

    private static ImapsyncArguments read(String... more) throws UsageException {
        List<String> words = new ArrayList<>(Arrays.asList(BASE));
        words.addAll(Arrays.asList(more));
        return ImapsyncArguments.read(words);
    }

    private static SyncOptions options(String... more) throws UsageException {
        return new ImapsyncOptions(read(more)).options();
    }

    private static List<Endpoint> endpoints(String... more) throws UsageException {
        return new ImapsyncSide(read(more), 1).endpoints();
    }

    private static List<String> ports(String... more) throws UsageException {
        return endpoints(more).stream().map(e -> e.tls() + " " + e.port()).distinct().toList();
    }

    @Test
    void everyOptionOfTheManualHasItsFate() throws UsageException {
        GetoptLong parser = ImapsyncTable.parser();
        for (String option : MANUAL.strip().split("\\s+")) {
            String name = option.toLowerCase(java.util.Locale.ROOT);
            Kind kind = parser.kinds().get(name);
            boolean value = kind == Kind.TEXT || kind == Kind.INTEGER || kind == Kind.NUMBER;
            List<String> words = new ArrayList<>(List.of("--" + option));
            if (value) {
                words.add("1");
            }
            parser.parse(words);
            String why = ImapsyncTable.refused().get(name);
            if (why != null) {
                assertThatThrownBy(() -> ImapsyncArguments.read(words))
                        .as(option)
                        .isInstanceOf(UsageException.class)
                        .hasMessageContaining("--" + name + " cannot be honoured: " + why);
            } else {
                ImapsyncArguments.read(words);
            }
        }
    }

    @Test
    void whatIsSwitchedOffNeedNotBeHonoured() throws UsageException {
        assertThat(read("--nocompress1", "--nodisarmreadreceipts", "--noauthmd5").notes())
                .isEmpty();
    }

    @Test
    void whatHasNoMeaningChangesNothing() throws UsageException {
        String plain = options().toString();
        for (String name : ImapsyncTable.ignored()) {
            Kind kind = ImapsyncTable.parser().kinds().get(name);
            List<String> words = new ArrayList<>(List.of("--" + name));
            if (kind != Kind.SWITCH && kind != Kind.NEGATABLE) {
                words.add("1");
            }
            assertThat(options(words.toArray(String[]::new)).toString()).as(name).isEqualTo(plain);
        }
    }

    @Test
    void tlsIsTriedAsImapsyncDoesAndNeverLeftOutByItself() throws UsageException {
        assertThat(ports()).containsExactly("IMPLICIT 993", "STARTTLS 143");
        assertThat(ports("--ssl1")).containsExactly("IMPLICIT 993");
        assertThat(ports("--tls1")).containsExactly("STARTTLS 143");
        assertThat(ports("--nossl1")).containsExactly("STARTTLS 143");
        assertThat(ports("--notls1")).containsExactly("IMPLICIT 993");
        assertThat(ports("--nossl1", "--notls1")).containsExactly("NONE 143");
        assertThat(ports("--port1", "993")).containsExactly("IMPLICIT 993");
        assertThat(ports("--port1", "1143")).containsExactly("STARTTLS 1143");
        assertThat(ports("--port1", "1993", "--ssl1")).containsExactly("IMPLICIT 1993");
        assertThat(ports("--port1", "1143", "--nossl1", "--notls1")).containsExactly("NONE 1143");
        assertThatThrownBy(() -> ports("--port1", "1143", "--notls1"))
                .hasMessageContaining("--notls1 leaves clear text on port 1143");
        assertThatThrownBy(() -> ports("--port1", "993", "--nossl1"))
                .hasMessageContaining("--nossl1 leaves clear text");
    }

    @Test
    void portionsAndTriesAreThoseOfBothSides() throws UsageException {
        assertThat(options().tuning()).isEqualTo(Tuning.DEFAULT);
        Tuning tuning =
                options("--split1", "500", "--split2", "100", "--reconnectretry2", "7").tuning();
        assertThat(tuning.window()).isEqualTo(100);
        assertThat(tuning.reconnects()).isEqualTo(7);
        assertThat(options("--reconnectretry1", "0").tuning().reconnects()).isZero();
        assertThatThrownBy(() -> options("--split1", "0"))
                .hasMessageContaining("--split1 and --split2 is between 1 and");
    }

    @Test
    void certificatesAreAsTheArgumentsSay() throws UsageException {
        String fingerprint = "ab".repeat(32);
        for (String host : List.of("a", "localhost.example", "127.0.0.1.example", "0.0.0.0")) {
            assertThat(endpoints("--ssl1", "--host1", host))
                    .extracting(Endpoint::trust)
                    .containsExactly(new Trust.System());
        }
        for (String host : List.of("localhost", "LocalHost", "127.0.0.1", "::1", "[::1]")) {
            assertThat(endpoints("--ssl1", "--host1", host))
                    .extracting(Endpoint::trust)
                    .containsExactly(new Trust.System(), new Trust.Insecure());
        }
        assertThat(endpoints("--ssl1", "--sslargs1", "SSL_verify_mode=1"))
                .extracting(Endpoint::trust)
                .containsExactly(new Trust.System());
        assertThat(endpoints("--ssl1", "--sslargs1", "SSL_verify_mode=0"))
                .extracting(Endpoint::trust)
                .containsExactly(new Trust.Insecure());
        assertThat(endpoints("--ssl1", "--sslargs1", "SSL_fingerprint=sha256$" + fingerprint))
                .extracting(Endpoint::trust)
                .containsExactly(new Trust.Fingerprint(fingerprint));
        assertThatThrownBy(() -> endpoints("--sslargs1", "SSL_other=1"))
                .hasMessageContaining("SSL_other cannot be honoured");
        assertThatThrownBy(() -> endpoints("--sslargs1", "SSL_version=SSLv3"))
                .hasMessageContaining("not safe");
    }

    @Test
    void messagesFlagsDatesAndLimits() throws UsageException {
        SyncOptions plain = options();
        assertThat(plain.messages().minSize()).isZero();
        assertThat(plain.messages().maxSize()).isEqualTo(Long.MAX_VALUE);
        assertThat(plain.dates()).isEqualTo(Dates.INTERNAL);
        assertThat(plain.deletes().targetMessages()).isFalse();
        assertThat(plain.identity().skipDuplicates()).isFalse();
        assertThat(plain.limits().errors()).isEqualTo(50);

        SyncOptions all =
                options(
                        "--maxsize",
                        "1000",
                        "--minsize",
                        "10",
                        "--maxage",
                        "30",
                        "--minage",
                        "0.5",
                        "--search",
                        "SEEN",
                        "--search2",
                        "ALL",
                        "--nosyncduplicates",
                        "--skipcrossduplicates",
                        "--useheader",
                        "Message-Id",
                        "--useheader",
                        "Date",
                        "--noresyncflags",
                        "--regexflag",
                        "s/a/b/",
                        "--idatefromheader",
                        "--syncacls",
                        "--subscribeall",
                        "--nosubscribe",
                        "--delete2",
                        "--expunge2",
                        "--delete2folders",
                        "--maxbytespersecond",
                        "5",
                        "--maxmessagespersecond",
                        "0.5",
                        "--maxbytesafter",
                        "6",
                        "--exitwhenover",
                        "7",
                        "--errorsmax",
                        "8",
                        "--skipemptyfolders",
                        "--justfolders",
                        "--dry");
        assertThat(all.messages().maxSize()).isEqualTo(999);
        assertThat(all.messages().minSize()).isEqualTo(11);
        assertThat(all.messages().maxAge()).isEqualTo(Duration.ofDays(30));
        assertThat(all.messages().minAge()).isEqualTo(Duration.ofHours(12));
        assertThat(all.messages().sourceSearch()).isEqualTo("SEEN");
        assertThat(all.messages().targetSearch()).isEqualTo("ALL");
        assertThat(all.messages().skipEmptyFolders()).isTrue();
        assertThat(all.identity().headers()).containsExactly("Message-Id", "Date");
        assertThat(all.identity().acrossFolders()).isTrue();
        assertThat(all.identity().skipDuplicates()).isTrue();
        assertThat(all.flags().resync()).isFalse();
        assertThat(all.flags().rewrites()).hasSize(1);
        assertThat(all.dates()).isEqualTo(Dates.HEADER);
        assertThat(all.extras()).isEqualTo(new SyncOptions.Extras(false, true, true));
        assertThat(all.deletes().targetMessages()).isTrue();
        assertThat(all.deletes().targetFolders()).isTrue();
        assertThat(all.deletes().expungeTarget()).isTrue();
        assertThat(all.deletes().brakeLifted()).isTrue();
        assertThat(all.limits()).isEqualTo(new SyncOptions.Limits(5, 0.5, 0, 0, 6, 7, 8));
        assertThat(all.dryRun()).isTrue();
        assertThat(all.justFolders()).isTrue();
        assertThat(options("--nosyncinternaldates").dates()).isEqualTo(Dates.NOW);
        assertThat(options("--delete1").deletes().sourceMessages()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--delete1 --delete2",
                "--delete2 --noexpunge2",
                "--delete1 --noexpunge1",
                "--maxage 1 --minage 2",
                "--regextrans2 x/a/b/",
                "--include (",
                "--f1f2 nothing",
                "--sep1 ab",
                "--maxsize -1"
            })
    void contradictionsAreRefused(String words) {
        assertThatThrownBy(() -> options(words.split(" "))).isInstanceOf(UsageException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "Entw&APw-rfe, Entwürfe",
        "Entwürfe, Entwürfe",
        "R&D, R&D",
        "R&-D, R&D",
        "plain, plain"
    })
    void namesAreTakenAsServersAndAsPeopleWriteThem(String written, String name) {
        assertThat(ImapsyncOptions.name(written)).isEqualTo(name);
    }

    @Test
    void presetsAreWhereThisProviderIs() throws UsageException {
        ImapsyncArguments gmail =
                ImapsyncArguments.read(
                        List.of("--gmail1", "--user1", "u", "--office2", "--user2", "v"));
        assertThat(new ImapsyncSide(gmail, 1).endpoints().getFirst().host())
                .isEqualTo("imap.gmail.com");
        assertThat(new ImapsyncSide(gmail, 2).endpoints().getFirst().host())
                .isEqualTo("outlook.office365.com");
        SyncOptions options = new ImapsyncOptions(gmail).options();
        assertThat(options.limits().bytesPerSecond()).isEqualTo(40_000);
        assertThat(options.limits().messagesPerSecond()).isEqualTo(4);
        assertThat(options.messages().maxSize()).isEqualTo(44_999_999);
        List<Listed> folders =
                List.of(
                        new Listed("[Gmail]/All Mail", '/', Set.of(), "\\All", false, true),
                        new Listed("Files", '/', Set.of(), null, false, true),
                        new Listed("x", '/', Set.of(), null, false, true));
        assertThat(
                        options.folders()
                                .plan(
                                        folders,
                                        new Namespace("", '/'),
                                        List.of(),
                                        new Namespace("", '/'))
                                .pairs())
                .containsExactly(
                        new Pair("Files", "Files_renamed_by_imapmirror"),
                        new Pair("x", "x"),
                        new Pair("[Gmail]/All Mail", "[Gmail]/All Mail"));
        assertThat(
                        new ImapsyncOptions(read("--gmail1", "--maxbytespersecond", "9"))
                                .options()
                                .limits()
                                .bytesPerSecond())
                .isEqualTo(9);
    }
}
