package org.imapmirror.app.sync;

import org.imapmirror.event.MailboxName;
import org.imapmirror.imap.MailboxNames;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.sync.FolderNaming;
import org.imapmirror.reconcile.sync.FolderNaming.Overrides;
import org.imapmirror.reconcile.sync.FolderRule;
import org.imapmirror.reconcile.sync.FolderRules;
import org.imapmirror.reconcile.sync.FolderSelection;
import org.imapmirror.reconcile.sync.SyncOptions;
import org.imapmirror.reconcile.sync.SyncOptions.Dates;
import org.imapmirror.reconcile.sync.SyncOptions.Deletes;
import org.imapmirror.reconcile.sync.SyncOptions.Extras;
import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;
import org.imapmirror.reconcile.sync.SyncOptions.Identity;
import org.imapmirror.reconcile.sync.SyncOptions.Limits;
import org.imapmirror.reconcile.sync.SyncOptions.Messages;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Options of imapsync as what a sync is to do.
record ImapsyncOptions(ImapsyncArguments arguments) {
    private static final long SECONDS_PER_DAY = 86_400;
    private static final int ERRORS = 50;

    SyncOptions options() throws UsageException {
        check();
        boolean gone = arguments.on("delete2");
        return new SyncOptions(
                arguments.on("dry"),
                arguments.on("justfolders"),
                1,
                folders(),
                messages(),
                flags(),
                dates(),
                new Identity(
                        arguments.all("useheader"),
                        arguments.on("skipcrossduplicates"),
                        !arguments.on("syncduplicates", true)),
                new Extras(
                        arguments.on("subscribe", true),
                        arguments.on("subscribeall") || arguments.on("subscribe_all"),
                        arguments.on("syncacls")),
                new Deletes(
                        gone,
                        deletesFolders(),
                        moves(),
                        arguments.on("expunge2"),
                        false,
                        Brake.DEFAULT,
                        // Who writes it, means it.
                        true),
                new Limits(
                        arguments.number("maxbytespersecond", 0),
                        arguments.decimal("maxmessagespersecond", 0),
                        0,
                        0,
                        arguments.number("maxbytesafter", 0),
                        arguments.number("exitwhenover", 0),
                        Math.toIntExact(
                                Math.min(
                                        Integer.MAX_VALUE, arguments.number("errorsmax", ERRORS)))),
                TuningOptions.of(arguments));
    }

    boolean moves() {
        return arguments.on("delete1") || arguments.on("delete");
    }

    private boolean deletesFolders() {
        return arguments.on("delete2folders")
                || arguments.text("delete2foldersonly") != null
                || arguments.text("delete2foldersbutnot") != null;
    }

    private void check() throws UsageException {
        if (moves() && (arguments.on("delete2") || deletesFolders())) {
            throw new UsageException(
                    "--delete1 with --delete2 would delete everywhere: the next run takes what was"
                            + " moved for deleted. Use one of them");
        }
        if (arguments.on("delete2") && !arguments.on("expunge2", true)) {
            throw new UsageException(
                    "--noexpunge2 with --delete2 cannot be honoured: what is deleted is expunged"
                            + " at once, and nothing else is");
        }
        if (moves() && !arguments.on("expunge1", true)) {
            throw new UsageException(
                    "--noexpunge1 with --delete1 cannot be honoured: what is deleted is expunged"
                            + " at once, and nothing else is");
        }
    }

    /// @throws UsageException where an expression or a pair cannot be read
    FolderRules folders() throws UsageException {
        String below = arguments.text("subfolder1");
        FolderSelection selection =
                new FolderSelection(
                        names("folder"),
                        names("folderrec"),
                        arguments.on("subscribed"),
                        FolderOptions.patterns("--include", arguments.all("include")),
                        FolderOptions.patterns("--exclude", arguments.all("exclude")),
                        names("folderfirst"),
                        names("folderlast"),
                        below == null ? null : name(below));
        List<FolderRule> rules = new ArrayList<>();
        for (String rule : arguments.all("regextrans2")) {
            rules.addAll(PerlRule.folders("--regextrans2", rule));
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        FolderOptions.pairs("--f1f2", arguments.all("f1f2"))
                .forEach((from, to) -> pairs.put(name(from), name(to)));
        String into = arguments.text("subfolder2");
        FolderNaming naming =
                new FolderNaming(
                        arguments.on("automap") || arguments.on("justautomap"),
                        pairs,
                        into == null ? null : name(into),
                        rules,
                        arguments.on("mixfolders", true),
                        arguments.on("fixslash2", true),
                        new Overrides(
                                arguments.text("prefix1"),
                                separator("sep1"),
                                arguments.text("prefix2"),
                                separator("sep2")));
        FolderRules folders = new FolderRules(selection, naming);
        return deletesFolders()
                ? folders.deleting(
                        FolderOptions.patterns(
                                "--delete2foldersonly", arguments.all("delete2foldersonly")),
                        FolderOptions.patterns(
                                "--delete2foldersbutnot", arguments.all("delete2foldersbutnot")))
                : folders;
    }

    private @Nullable Character separator(String option) throws UsageException {
        String text = arguments.text(option);
        if (text == null) {
            return null;
        }
        if (text.length() != 1) {
            throw new UsageException("--" + option + " is one character");
        }
        return text.charAt(0);
    }

    private List<String> names(String option) {
        return arguments.all(option).stream().map(ImapsyncOptions::name).toList();
    }

    /// imapsync takes names as the server spells them (modified UTF-7); people write them as they
    /// read them.
    static String name(String written) {
        boolean ascii = written.chars().allMatch(c -> c < 0x80);
        if (!ascii || written.indexOf('&') < 0) {
            return written;
        }
        MailboxName decoded =
                MailboxNames.decode(written.getBytes(StandardCharsets.US_ASCII), false);
        byte[] again = MailboxNames.encode(decoded, false);
        boolean proper = new String(again, StandardCharsets.US_ASCII).equals(written);
        // A lone & is no encoding of anything.
        boolean raw = decoded.value().chars().anyMatch(c -> c >= 0xEF00 && c <= 0xEFFF);
        return proper && !raw ? decoded.value() : written;
    }

    private Messages messages() throws UsageException {
        Duration maxAge = days("maxage");
        Duration minAge = days("minage");
        if (maxAge != null && minAge != null && minAge.compareTo(maxAge) >= 0) {
            throw new UsageException(
                    "--minage above --maxage (the union of both) cannot be honoured: run it twice,"
                            + " with one of them each");
        }
        // Both limits leave out what is just as large, too.
        long maxSize = arguments.number("maxsize", Long.MAX_VALUE);
        long limit = arguments.number("appendlimit", Long.MAX_VALUE);
        long minSize = arguments.number("minsize", -1);
        return new Messages(
                minSize + 1,
                Math.min(maxSize == Long.MAX_VALUE ? maxSize : Math.max(0, maxSize - 1), limit),
                minAge,
                maxAge,
                both("search1"),
                both("search2"),
                arguments.on("skipemptyfolders"));
    }

    private @Nullable String both(String side) {
        String own = arguments.text(side);
        return own == null ? arguments.text("search") : own;
    }

    private @Nullable Duration days(String option) throws UsageException {
        return arguments.text(option) == null
                ? null
                : Duration.ofSeconds((long) (arguments.decimal(option, 0) * SECONDS_PER_DAY));
    }

    private FlagRules flags() throws UsageException {
        List<Rewrite> rewrites = new ArrayList<>();
        for (String rule : arguments.all("regexflag")) {
            rewrites.addAll(PerlRule.flags("--regexflag", rule));
        }
        return new FlagRules(arguments.on("resyncflags", true), List.of(), rewrites);
    }

    private Dates dates() {
        if (arguments.on("idatefromheader")) {
            return Dates.HEADER;
        }
        return arguments.on("syncinternaldates", true) ? Dates.INTERNAL : Dates.NOW;
    }
}
