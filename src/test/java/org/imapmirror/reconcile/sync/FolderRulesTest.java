package org.imapmirror.reconcile.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;
import org.imapmirror.reconcile.sync.FolderNaming.Overrides;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

class FolderRulesTest {
    private static final Namespace SLASH = new Namespace("", '/');
    private static final Namespace DOT = new Namespace("INBOX.", '.');

    private static Listed folder(String name, char separator) {
        return folder(name, separator, null, false);
    }

    private static Listed folder(
            String name, char separator, @Nullable String use, boolean subscribed) {
        return new Listed(name, separator, Set.of(), use, subscribed, true);
    }

    private static List<Listed> folders(char separator, String... names) {
        return Arrays.stream(names).map(name -> folder(name, separator)).toList();
    }

    private static FolderSelection select(
            List<String> folders,
            List<String> recursive,
            boolean subscribed,
            String include,
            String exclude) {
        return new FolderSelection(
                folders,
                recursive,
                subscribed,
                include.isEmpty() ? List.of() : List.of(Pattern.compile(include)),
                exclude.isEmpty() ? List.of() : List.of(Pattern.compile(exclude)),
                List.of(),
                List.of(),
                null);
    }

    private static List<String> sources(FolderSelection selection, List<Listed> all) {
        return new FolderRules(selection, FolderNaming.PLAIN)
                .plan(all, SLASH, List.of(), SLASH).pairs().stream().map(Pair::source).toList();
    }

    private static FolderNaming naming(
            boolean automap,
            Map<String, String> pairs,
            @Nullable String into,
            List<FolderRule> rules) {
        return new FolderNaming(automap, pairs, into, rules, true, true, Overrides.NONE);
    }

    private static Map<String, String> names(
            FolderNaming naming,
            List<Listed> source,
            Namespace from,
            List<Listed> existing,
            Namespace to) {
        Map<String, String> names = new HashMap<>();
        new FolderRules(FolderSelection.ALL, naming)
                .plan(source, from, existing, to)
                .pairs()
                .forEach(pair -> names.put(pair.source(), pair.target()));
        return names;
    }

    @Test
    void everythingThatHoldsMessagesInTheOrderOfNames() {
        List<Listed> all = new ArrayList<>(folders('/', "b", "INBOX", "a/b", "a"));
        all.add(new Listed("nothing", '/', Set.of("\\noselect"), null, true, false));
        assertThat(sources(FolderSelection.ALL, all)).containsExactly("INBOX", "a", "a/b", "b");
    }

    @Test
    void namedMailboxesIncludedAndSubscribedOnesAddUpAndExcludedOnesGo() {
        List<Listed> all = new ArrayList<>(folders('/', "INBOX", "a", "a/b", "ab", "c", "d"));
        all.add(folder("s", '/', null, true));
        assertThat(sources(select(List.of("inbox", "c"), List.of(), false, "", ""), all))
                .containsExactly("INBOX", "c");
        assertThat(sources(select(List.of(), List.of("a"), false, "", ""), all))
                .as("ab is not below a")
                .containsExactly("a", "a/b");
        assertThat(sources(select(List.of(), List.of(), true, "", ""), all)).containsExactly("s");
        assertThat(sources(select(List.of("c"), List.of(), false, "^a", "b$"), all))
                .containsExactly("a", "c");
        assertThat(sources(select(List.of(), List.of(), false, "", "(?i)^INBOX$"), all))
                .containsExactly("a", "a/b", "ab", "c", "d", "s");
    }

    @Test
    void firstAndLastAreOrdersAndChooseNothing() {
        FolderSelection selection =
                new FolderSelection(
                        List.of(),
                        List.of(),
                        false,
                        List.of(),
                        List.of(),
                        List.of("z", "absent"),
                        List.of("a", "z"),
                        null);
        assertThat(sources(selection, folders('/', "INBOX", "a", "m", "z")))
                .containsExactly("z", "INBOX", "m", "a");
    }

    @Test
    void whatNamesNothingIsToldOf() {
        Planned planned =
                new FolderRules(
                                select(List.of("gone"), List.of("Gone"), false, "x+", "y+"),
                                naming(false, Map.of("old", "new"), null, List.of()))
                        .plan(folders('/', "INBOX"), SLASH, List.of(), SLASH);
        assertThat(planned.pairs()).isEmpty();
        assertThat(planned.warnings())
                .hasSize(5)
                .anyMatch(warning -> warning.contains("no mailbox gone"))
                .anyMatch(warning -> warning.contains("included x+"))
                .anyMatch(warning -> warning.contains("excluded y+"))
                .anyMatch(warning -> warning.contains("old"));
    }

    @Test
    void prefixAndSeparatorAreExchanged() {
        FolderNaming plain = FolderNaming.PLAIN;
        assertThat(
                        names(
                                plain,
                                folders('/', "INBOX", "Sent", "a/b.c", "INBOX/below"),
                                SLASH,
                                List.of(),
                                DOT))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "INBOX", "INBOX",
                                "Sent", "INBOX.Sent",
                                "a/b.c", "INBOX.a.b_c",
                                "INBOX/below", "INBOX.below"));
        assertThat(
                        names(
                                plain,
                                folders('.', "INBOX", "INBOX.Sent", "INBOX.a.b/c", "INBOX.x.y"),
                                DOT,
                                List.of(),
                                SLASH))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "INBOX", "INBOX",
                                "INBOX.Sent", "Sent",
                                "INBOX.a.b/c", "a/b.c",
                                "INBOX.x.y", "x/y"));
        assertThat(names(plain, folders('.', "INBOX.a.b/c"), DOT, List.of(), DOT))
                .containsEntry("INBOX.a.b/c", "INBOX.a.b/c");
    }

    @Test
    void whatTheServersTellCanBeOverridden() {
        FolderNaming naming =
                new FolderNaming(
                        false,
                        Map.of(),
                        null,
                        List.of(),
                        true,
                        true,
                        new Overrides("mail/", null, "", '.'));
        assertThat(names(naming, folders('/', "mail/a/b"), SLASH, List.of(), DOT))
                .containsEntry("mail/a/b", "a.b");
    }

    @Test
    void automapGoesByAttributeThenByName() {
        List<Listed> source =
                List.of(
                        folder("Gesendete Objekte", '/', "\\Sent", false),
                        folder("Sent", '/'),
                        folder("Papierkorb", '/'),
                        folder("SPAM", '/'),
                        folder("Brouillons", '/'),
                        folder("Projekte/Sent", '/'),
                        folder("Archiv", '/'));
        List<Listed> target =
                List.of(
                        folder("INBOX.Verschickt", '.', "\\Sent", false),
                        folder("INBOX.Trash", '.'),
                        folder("INBOX.Deleted Items", '.'),
                        folder("INBOX.Junk", '.'),
                        folder("INBOX.Drafts", '.', "\\Drafts", false));
        assertThat(
                        names(
                                naming(true, Map.of("SPAM", "Kept"), null, List.of()),
                                source,
                                SLASH,
                                target,
                                DOT))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "Gesendete Objekte", "INBOX.Verschickt",
                                "Sent", "INBOX.Sent",
                                "Papierkorb", "INBOX.Trash",
                                "SPAM", "Kept",
                                "Brouillons", "INBOX.Drafts",
                                "Projekte/Sent", "INBOX.Projekte.Sent",
                                "Archiv", "INBOX.Archiv"));
    }

    @Test
    void oneMailboxOfEachUseIsMappedByNameTheBestKnown() {
        Map<String, String> names =
                names(
                        naming(true, Map.of(), null, List.of()),
                        folders('/', "Sent Messages", "Sent Items"),
                        SLASH,
                        folders('/', "Gesendet"),
                        SLASH);
        assertThat(names)
                .containsEntry("Sent Items", "Gesendet")
                .containsEntry("Sent Messages", "Sent Messages");
    }

    @Test
    void everyKnownNameHasOneUse() {
        Map<String, FolderUse> seen = new HashMap<>();
        for (FolderUse use : FolderUse.values()) {
            assertThat(use.names()).isNotEmpty().allMatch(name -> !name.isBlank());
            for (String name : use.names()) {
                assertThat(FolderUse.byName(name)).as(name).isEqualTo(use);
                FolderUse before = seen.put(name.toLowerCase(Locale.ROOT), use);
                assertThat(before).as(name + " stands there twice").isNull();
            }
        }
        // U+0308 behind a letter is the same as the letter with two dots.
        assertThat(FolderUse.byName("Entwu\u0308rfe")).isEqualTo(FolderUse.DRAFTS);
        assertThat(FolderUse.byName("INBOX")).isNull();
    }

    @Test
    void rulesWorkOnTheResultOfTheOneBefore() {
        FolderRule first = (name, _, _) -> name.replace("a", "b");
        FolderRule second = (name, _, to) -> name.replace("b", "c") + to.separator();
        assertThat(
                        names(
                                naming(false, Map.of("q", "a"), null, List.of(first, second)),
                                folders('/', "a", "q"),
                                SLASH,
                                List.of(),
                                SLASH))
                .containsEntry("a", "c/")
                .as("a pair wins over rules")
                .containsEntry("q", "a");
    }

    @Test
    void intoAMailboxAndBackAgain() {
        FolderNaming into = naming(false, Map.of(), "Old", List.of());
        Map<String, String> there =
                names(into, folders('/', "INBOX", "a/b", "INBOX/c"), SLASH, List.of(), DOT);
        assertThat(there)
                .containsEntry("INBOX", "INBOX.Old.INBOX")
                .containsEntry("a/b", "INBOX.Old.a.b");

        FolderSelection below =
                new FolderSelection(
                        List.of(), List.of(), false, List.of(), List.of(), List.of(), List.of(),
                        "Old");
        Planned back =
                new FolderRules(below, FolderNaming.PLAIN)
                        .plan(
                                folders('.', "INBOX", "INBOX.Old.INBOX", "INBOX.Old.a.b"),
                                DOT,
                                List.of(),
                                SLASH);
        assertThat(back.pairs())
                .containsExactly(
                        new Pair("INBOX.Old.INBOX", "INBOX"), new Pair("INBOX.Old.a.b", "a/b"));
        assertThatThrownBy(() ->
                        new FolderRules(below, FolderNaming.PLAIN)
                                .plan(folders('.', "INBOX"), DOT, List.of(), SLASH))
                .isInstanceOf(FolderRules.NoTopException.class)
                .hasMessageContaining("INBOX.Old");
    }

    @Test
    void clashesAreTold() {
        FolderRule merge = (name, _, _) -> name.startsWith("a") ? "all" : name;
        Planned merged =
                new FolderRules(FolderSelection.ALL, naming(false, Map.of(), null, List.of(merge)))
                        .plan(folders('/', "a1", "a2", "x"), SLASH, List.of(), SLASH);
        assertThat(merged.pairs()).hasSize(3);
        assertThat(merged.warnings())
                .singleElement()
                .asString()
                .contains("become one, all: a1, a2");

        List<Listed> cases = folders('/', "SENT", "Sent", "other");
        assertThat(FolderRules.ALL.plan(cases, SLASH, List.of(), SLASH).warnings())
                .singleElement()
                .asString()
                .contains("SENT, Sent");
        Planned first =
                new FolderRules(
                                FolderSelection.ALL,
                                new FolderNaming(
                                        false,
                                        Map.of(),
                                        null,
                                        List.of(),
                                        false,
                                        true,
                                        Overrides.NONE))
                        .plan(cases, SLASH, List.of(), SLASH);
        assertThat(first.pairs()).extracting(Pair::source).containsExactly("SENT", "other");
    }

    @Test
    void whatIsNotChosenIsKeptOnTheTarget() {
        Planned planned =
                new FolderRules(
                                select(List.of("INBOX"), List.of(), false, "", ""),
                                naming(true, Map.of(), null, List.of()))
                        .plan(
                                folders('/', "INBOX", "Gesendet", "x"),
                                SLASH,
                                folders('.', "INBOX", "INBOX.Sent", "INBOX.y"),
                                DOT);
        assertThat(planned.pairs()).hasSize(1);
        assertThat(planned.kept()).containsExactlyInAnyOrder("INBOX", "INBOX.Sent", "INBOX.x");
        assertThat(planned.warnings()).isEmpty();
    }

    @Test
    void onlyWhatMatchesMayBeDeleted() {
        FolderRules rules =
                FolderRules.ALL.deleting(
                        List.of(Pattern.compile("^Junk")), List.of(Pattern.compile("Keep$")));
        assertThat(rules.mayDelete("Junk/Old")).isTrue();
        assertThat(rules.mayDelete("Junk/Keep")).isFalse();
        assertThat(rules.mayDelete("Other")).isFalse();
        assertThat(FolderRules.ALL.mayDelete("Other")).isTrue();
    }
}
