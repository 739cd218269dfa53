package org.imapmirror.app.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.mailstore.Namespace;
import org.imapmirror.reconcile.sync.FolderRule;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The expected results are Perl's own.
class PerlRuleTest {
    private static final Namespace SOURCE = new Namespace("", '/');
    private static final Namespace TARGET = new Namespace("INBOX.", '.');

    private static String folder(String rule, String name) throws UsageException {
        String result = name;
        for (FolderRule each : PerlRule.folders("--regextrans2", rule)) {
            result = each.apply(result, SOURCE, TARGET);
        }
        return result;
    }

    private static String flags(String rule, String text) throws UsageException {
        String result = text;
        for (Rewrite each : PerlRule.flags("--regexflag", rule)) {
            result = each.match().matcher(result).replaceAll(each.replacement());
        }
        return result;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "s/^INBOX\\.(.+)/$1/ ~ INBOX.a.b ~ a.b",
                "s{^INBOX$}{Inbox_Migrated} ~ INBOX ~ Inbox_Migrated",
                "s{^INBOX$} {Other} ~ INBOX ~ Other",
                "s/.*/INBOX/ ~ a.b ~ INBOX",
                "s,\\.,_,g ~ a.b.c ~ a_b_c",
                "s,\\.,_, ~ a.b.c ~ a_b.c",
                "s,\\\",_,g ~ a\"b\" ~ a_b_",
                "tr,*%.#,_, ~ a*b%c.d#e ~ a_b_c_d_e",
                "y/a-c/A-C/ ~ abcd ~ ABCd",
                "s,^mail/Sent Items$,Sent, ~ mail/Sent Items ~ Sent",
                "s,^INBOX(.*),INBOX.FOO$1, ~ INBOX.a ~ INBOX.FOO.a",
                "s,${h2_prefix}(.*),${h2_prefix}FOO${h2_sep}$1, ~ INBOX.a ~ INBOX.FOO.a",
                "s,^INBOX$,${h2_prefix}FOO${h2_sep}INBOX, ~ INBOX ~ INBOX.FOO.INBOX",
                "s/(a)(b)/\\2\\1/ ~ abab ~ baab",
                "s/(a)/${1}1/ ~ ab ~ a1b",
                "s/a/<$&>/g ~ aba ~ <a>b<a>",
                "s/x/\\$/ ~ axb ~ a$b",
                "s|a\\|b|c| ~ a|b ~ c|b",
                "s#a\\#b#c# ~ a#b ~ c",
                "s/A/b/i ~ xax ~ xbx",
                "s/a/b/; s/b/c/g ~ abb ~ ccc",
                "s/(x)|(y)/[$2]/ ~ ay ~ a[y]",
                "s/Ä/Ae/ ~ Ärger ~ Aerger"
            })
    void foldersAreRenamed(String rule, String name, String expected) throws UsageException {
        assertThat(folder(rule, name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "s/\\\\Flagged//g ~ \\Seen \\Flagged x \\Flagged ~ `\\Seen  x `",
                "s/x/y/ ~ x x x ~ y x x",
                "s/(x) (x)/$2-$1/ ~ x x x x ~ x-x x x",
                "s/$/ Extra/ ~ \\Seen ~ \\Seen Extra",
                "s/^/Extra / ~ \\Seen ~ Extra \\Seen",
                "s/z*/-/ ~ ab ~ -ab",
                "s/.*// ~ \\Seen a ~ ``",
                "s/(?<a>x)\\1/q/ ~ xxx ~ qx",
                "s/nothing/q/ ~ abc ~ abc"
            })
    void flagsAreRewritten(String rule, String text, String expected) throws UsageException {
        assertThat(flags(rule, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a/b",
                "s/a",
                "s/a/b",
                "s/(/b/",
                "s/a/b/e",
                "s/a/$1/",
                "s/a/\\U$0/",
                "s/a/$x/",
                "s/a/b/ unless /c/",
                "tr/a/b/d",
                "sub"
            })
    void whatIsNoRuleIsSaidAtOnce(String rule) {
        assertThatThrownBy(() -> PerlRule.folders("--regextrans2", rule))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--regextrans2: ");
    }
}
