package org.imapmirror.replicate;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxName;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.imapmirror.replicate.Lanes.Connections;
import org.imapmirror.state.Database;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Brings messages back from a mirror or an archive to a server. What is there already is left as
/// it is, and nothing is stored twice, however often it is run or interrupted.
public final class Restore {
    private final Database state;
    private final Connections connections;

    /// What is to be restored.
    ///
    /// @param from key of the server that keeps the messages
    /// @param archive whether it is an archive
    /// @param folder the only mailbox, by its name on the primary; null for all
    /// @param since by INTERNALDATE, of deleted ones by when they were deleted; null for no limit
    /// @param until the first moment that is too late; null for no limit
    /// @param deleted only what is no longer on the primary
    /// @param dryRun nothing is stored
    /// @param to key of the server that gets them
    public record Request(
            Account account,
            String from,
            boolean archive,
            @Nullable String folder,
            @Nullable Instant since,
            @Nullable Instant until,
            boolean deleted,
            boolean dryRun,
            String to) {

        boolean wants(Kept k) {
            if (folder != null && !new MailboxName(folder).equals(k.mailbox())
                    || deleted && k.ended() == null) {
                return false;
            }
            return !deleted || inTime(k.ended());
        }

        /// Whether a time is between the limits; one that is not known is.
        boolean inTime(@Nullable Instant time) {
            return time == null
                    || (since == null || !time.isBefore(since))
                            && (until == null || time.isBefore(until));
        }
    }

    /// @param mailbox on the primary
    /// @param stored in a dry run: would be stored
    /// @param there was there already
    public record Folder(String mailbox, String target, long stored, long there) {}

    /// A message that could not be restored.
    ///
    /// @param source where it is kept, as mailbox and UID
    public record Refused(String mailbox, String source, String reason) {}

    public record Report(long stored, long there, List<Folder> folders, List<Refused> refused) {}

    /// @param state opened to be read is enough
    public Restore(Database state, Connections connections) {
        this.state = state;
        this.connections = connections;
    }

    /// The servers that keep something of an account.
    public List<String> keepers(Account account) {
        return lanes(account).stream().map(lane -> lane.key().mirror()).sorted().toList();
    }

    private List<LaneRow> lanes(Account account) {
        return new LaneStore(state, Clock.systemUTC())
                .lanes().stream()
                        .filter(lane -> lane.key().account().equals(account) && lane.planned())
                        .toList();
    }

    /// Restores. What was stored before a failure stays and is found by the next run.
    ///
    /// @throws IllegalArgumentException where `from` keeps nothing of the account
    /// @throws StoreException where a server does not do what it is asked to
    public Report run(Request request) throws StoreException {
        LaneRow lane =
                lanes(request.account()).stream()
                        .filter(l -> l.key().mirror().equals(request.from()))
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        request.from()
                                                + " keeps nothing of the account "
                                                + request.account()));
        List<Kept> kept =
                state.read(db -> {
                    if (request.archive()) {
                        return Kept.ofArchive(db, lane.id());
                    }
                    return request.deleted()
                            ? Kept.heldByMirror(db, lane.id())
                            : Kept.ofMirror(db, lane.id());
                });
        Map<MailboxName, List<Kept>> folders = new TreeMap<>();
        for (Kept k : kept) {
            if (request.wants(k)) {
                folders.computeIfAbsent(k.mailbox(), _ -> new ArrayList<>()).add(k);
            }
        }
        List<Folder> done = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        try (ImapStore source = connections.open(request.from(), request.account());
                ImapStore target = connections.open(request.to(), request.account())) {
            NameMap names =
                    new NameMap(
                            lane.names().primary(),
                            new Hierarchy(
                                    target.personal().prefix(), target.personal().separator()));
            for (Map.Entry<MailboxName, List<Kept>> folder : folders.entrySet()) {
                RestoreFolder one =
                        new RestoreFolder(
                                request, source, target, names.toTarget(folder.getKey()), refused);
                Folder result = one.run(folder.getKey(), folder.getValue());
                if (result.stored() + result.there() > 0) {
                    done.add(result);
                }
            }
        }
        return new Report(
                done.stream().mapToLong(Folder::stored).sum(),
                done.stream().mapToLong(Folder::there).sum(),
                List.copyOf(done),
                List.copyOf(refused));
    }
}
