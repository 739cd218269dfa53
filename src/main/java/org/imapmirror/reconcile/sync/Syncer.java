package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;
import org.imapmirror.mailstore.Status;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.imapmirror.reconcile.sync.SyncReport.Cause;
import org.imapmirror.reconcile.sync.SyncReport.Failure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Brings one account to another, once: plans the mailboxes, makes those that are missing, and has
/// workers bring over what is in them.
public final class Syncer {
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Run run;
    private final Side source;
    private final Side target;
    private final Links links;
    private final Map<String, Listed> fromThere;
    private final List<Listed> existing;
    private final Listing listing;
    private final Map<Pair, Ledger.Tally> pairs;

    private Syncer(
            Run run, Side source, Side target, Links links, Listing listing, List<Pair> planned) {
        this.run = run;
        this.source = source;
        this.target = target;
        this.links = links;
        this.fromThere = TargetTree.byName(listing.both().source().listed());
        this.existing = listing.both().target().listed();
        this.listing = listing;
        this.pairs = new LinkedHashMap<>();
        for (Pair pair : planned) {
            pairs.computeIfAbsent(pair, p -> run.ledger().tally(p.source(), p.target()));
        }
    }

    /// What the run works on.
    ///
    /// @param both as they were at the beginning
    /// @param sourceStatus numbers of the source's mailboxes that are to be brought over
    /// @param targets of the whole plan, and what stays besides
    private record Listing(Inventory both, Map<String, Status> sourceStatus, Set<String> targets) {}

    /// @param stateFile of this pair of accounts; made where it is missing
    /// @throws StoreException where a server cannot be reached or used any more; what was brought
    ///   over until then is in the state file, and another run goes on
    /// @throws IOException where the state file cannot be used
    /// @throws org.imapmirror.state.StateException likewise, and where another run of the pair has
    ///   not ended
    public static SyncReport run(
            Side source, Side target, SyncOptions options, Path stateFile, Progress progress)
            throws StoreException, IOException {
        long began = System.nanoTime();
        Ledger ledger = new Ledger(progress, options.limits().errors());
        try (Links links = begun(source, target);
                StateFile file = StateFile.open(stateFile, options.dryRun(), source, target)) {
            Inventory both = Inventory.of(links, file.state());
            Planned planned =
                    options.folders()
                            .plan(
                                    both.source().listed(),
                                    links.source().personal(),
                                    both.target().listed(),
                                    links.target().personal());
            planned.warnings().forEach(ledger::warn);
            Map<String, Status> status =
                    Inventory.numbers(
                            links.source(),
                            both.source(),
                            planned.pairs().stream().map(Pair::source).toList());
            Listing listing =
                    new Listing(
                            both,
                            status,
                            Stream.concat(
                                            planned.pairs().stream().map(Pair::target),
                                            planned.kept().stream())
                                    .collect(Collectors.toSet()));
            Run run = run(options, file.state(), ledger, progress, planned.pairs(), listing);
            List<Pair> wanted =
                    options.messages().skipEmptyFolders()
                            ? planned.pairs().stream()
                                    .filter(p -> !isEmpty(status.get(p.source())))
                                    .toList()
                            : planned.pairs();
            new Syncer(run, source, target, links, listing, wanted).go();
        }
        return ledger.report(options.dryRun(), Duration.ofNanos(System.nanoTime() - began));
    }

    /// Servers take their time for a login, and so does a new state file.
    private static Links begun(Side source, Side target) {
        Links links = new Links(source, target);
        links.begin();
        return links;
    }

    private static boolean isEmpty(@org.jspecify.annotations.Nullable Status status) {
        return status != null && status.messages() == 0;
    }

    private static Run run(
            SyncOptions options,
            SyncState state,
            Ledger ledger,
            Progress progress,
            List<Pair> pairs,
            Listing listing) {
        Clock clock = Clock.systemUTC();
        Map<String, Listed> listed = TargetTree.byName(listing.both().source().listed());
        Set<String> exempt = new HashSet<>();
        for (Pair pair : pairs) {
            Listed from = listed.get(pair.source());
            String use = from == null ? null : from.specialUse();
            if (use != null
                    && (use.equalsIgnoreCase("\\Trash") || use.equalsIgnoreCase("\\Junk"))) {
                exempt.add(pair.target());
            }
        }
        boolean empty = listing.sourceStatus().values().stream().allMatch(Syncer::isEmpty);
        return new Run(
                options,
                state,
                ledger,
                progress,
                new Throttle(options.limits(), progress::stopped),
                new Budget(options.limits(), state, clock),
                new Identities(),
                empty,
                Set.copyOf(exempt),
                Run.fingerprint(options),
                clock);
    }

    private void go() throws StoreException {
        long messages = 0;
        for (Pair pair : List.copyOf(pairs.keySet())) {
            Status status = listing.sourceStatus().get(pair.source());
            if (status == null) {
                run.ledger()
                        .failed(
                                new Failure(
                                        pair.source(),
                                        0,
                                        0,
                                        null,
                                        Cause.SELECT,
                                        "NONEXISTENT",
                                        "the source lists it, and tells no numbers of it: it is not"
                                                + " there, or rights to open it are missing"));
                pairs.remove(pair);
            } else {
                messages += status.messages();
                run.progress().left(pair.source(), status.messages(), 0, 0);
            }
        }
        run.progress().planned(pairs.size(), messages);
        TargetTree tree = new TargetTree(run, links, fromThere, existing);
        Set<String> there = tree.make(pairs);
        pairs.keySet().removeIf(pair -> !there.contains(pair.target()));
        if (run.options().justFolders()) {
            return;
        }
        if (run.options().identity().acrossFolders()) {
            identify();
        }
        Map<String, Map<Pair, Ledger.Tally>> groups = new LinkedHashMap<>();
        pairs.forEach((pair, tally) ->
                groups.computeIfAbsent(pair.target(), _ -> new LinkedHashMap<>()).put(pair, tally));
        Set<String> present = new HashSet<>(there);
        if (run.dry()) {
            present.retainAll(
                    existing.stream().filter(Listed::selectable).map(Listed::name).toList());
        }
        Map<String, Status> targetStatus =
                Inventory.numbers(links.target(), listing.both().target(), present);
        Groups work = new Groups(run, listing.sourceStatus(), targetStatus);
        long began = System.nanoTime();
        new Workers(run, source, target, links).run(groups, work);
        if (System.nanoTime() - began > IDLE.toNanos()) {
            // The servers may have hung up on what was not used while others worked.
            links.drop();
        }
        if (!run.dry()) {
            work.remember(links);
        }
        tree.removeOthers(listing.targets(), names());
        if (run.dry()) {
            foresee();
        }
    }

    private NameMap names() throws StoreException {
        Namespace from = links.source().personal();
        Namespace to = links.target().personal();
        return new NameMap(
                new Hierarchy(from.prefix(), from.separator()),
                new Hierarchy(to.prefix(), to.separator()));
    }

    /// Whether what is to be brought over finds room.
    private void foresee() throws StoreException {
        ImapStore store = links.target();
        long octets = run.ledger().copiedBytes();
        if (octets == 0 || !store.has("QUOTA")) {
            return;
        }
        long room = store.room("INBOX");
        if (octets > room) {
            run.ledger()
                    .warn(
                            "the target's quota leaves room for %d octets, and %d are to come"
                                    .formatted(room, octets));
        }
    }

    /// What the target holds, in whichever mailbox.
    private void identify() throws StoreException {
        ImapStore store = links.target();
        for (Listed listed : existing) {
            if (!listed.selectable() || run.ledger().over()) {
                continue;
            }
            store.examine(listed.name());
            for (UidSet window : store.uids().chunks(run.window())) {
                for (HeaderKey key : store.headers(window).values()) {
                    if (Identities.of(key) instanceof Long identity) {
                        run.elsewhere().add(identity);
                    }
                }
            }
        }
    }
}
