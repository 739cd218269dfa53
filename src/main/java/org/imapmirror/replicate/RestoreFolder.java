package org.imapmirror.replicate;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Appended;
import org.imapmirror.mailstore.Appender;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.imapmirror.mailstore.Summary;
import org.imapmirror.reconcile.ChangedHeaders;
import org.imapmirror.reconcile.Matcher;
import org.imapmirror.reconcile.Matcher.Candidate;
import org.imapmirror.reconcile.StoredForms;
import org.imapmirror.replicate.Place.Archived;
import org.imapmirror.replicate.Restore.Folder;
import org.imapmirror.replicate.Restore.Refused;
import org.imapmirror.replicate.Restore.Request;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Restores the messages of one mailbox.
final class RestoreFolder {
    private static final int BATCH = 50;
    private static final long BATCH_BYTES = 32L << 20;

    private final Request request;
    private final ImapStore source;
    private final ImapStore target;
    private final String name;
    private final List<Refused> refused;

    /// @param name of the mailbox that gets the messages
    /// @param refused takes what cannot be restored
    RestoreFolder(
            Request request,
            ImapStore source,
            ImapStore target,
            String name,
            List<Refused> refused) {
        this.request = request;
        this.source = source;
        this.target = target;
        this.name = name;
        this.refused = refused;
    }

    /// A message as its keeper has it.
    ///
    /// @param candidate has the item's number as UID: the keeper has several mailboxes
    private record Item(Kept kept, Flags flags, @Nullable String date, Candidate candidate) {}

    Folder run(MailboxName mailbox, List<Kept> kept) throws StoreException {
        List<Item> items = items(kept);
        List<Candidate> there = there();
        Bodies bodies = new Bodies(items);
        List<Item> certain = items.stream().filter(i -> !i.kept().doubtful()).toList();
        Map<Long, Long> pairs = bodies.match(certain, there);
        List<Item> missing = new ArrayList<>();
        Set<Archived> known = new HashSet<>();
        for (Item item : certain) {
            known.add(item.kept().at());
            if (!pairs.containsKey(item.candidate().uid())) {
                missing.add(item);
            }
        }
        for (Item item : items) {
            // Its mailbox was renumbered: it may be there under another UID, so that any equal
            // message will do.
            if (item.kept().doubtful()
                    && known.add(item.kept().at())
                    && bodies.match(List.of(item), there).isEmpty()) {
                missing.add(item);
            }
        }
        long present = (long) items.size() - missing.size();
        long stored = request.dryRun() ? missing.size() : store(missing);
        return new Folder(mailbox.value(), name, stored, present);
    }

    /// What the keeper has of it, within the time that is wanted.
    private List<Item> items(List<Kept> kept) throws StoreException {
        Map<String, List<Kept>> boxes = new TreeMap<>();
        kept.forEach(k -> boxes.computeIfAbsent(k.at().box(), _ -> new ArrayList<>()).add(k));
        List<Item> items = new ArrayList<>();
        for (Map.Entry<String, List<Kept>> box : boxes.entrySet()) {
            long validity;
            try {
                validity = source.examine(box.getKey()).uidValidity();
            } catch (StoreException e) {
                if (e.kind() != Kind.REFUSED) {
                    throw e;
                }
                box.getValue().forEach(k -> refuse(k, "the mailbox is not there: " + e.text()));
                continue;
            }
            UidSet uids =
                    UidSet.of(
                            box.getValue().stream()
                                    .filter(k -> k.at().uidValidity() == validity)
                                    .map(k -> k.at().uid())
                                    .toList());
            Map<Long, Summary> summaries = new HashMap<>();
            source.summaries(uids).forEach(s -> summaries.put(s.uid(), s));
            Map<Long, HeaderKey> headers = source.headers(uids);
            for (Kept k : box.getValue()) {
                Summary s = summaries.get(k.at().uid());
                HeaderKey header = headers.get(k.at().uid());
                if (k.at().uidValidity() != validity) {
                    refuse(k, "the mailbox has another UIDVALIDITY: it was made anew");
                } else if (s == null || header == null) {
                    refuse(k, "the message is not there any more");
                } else {
                    String date = k.date() == null ? s.internalDate() : k.date();
                    Candidate c =
                            new Candidate(
                                    items.size(),
                                    header.messageId(),
                                    header.digest(),
                                    FirstCopy.instant(date),
                                    s.size());
                    if (request.deleted() || request.inTime(c.date())) {
                        items.add(new Item(k, k.flagsToRestore(s.flags()), date, c));
                    }
                }
            }
        }
        return items;
    }

    private void refuse(Kept k, String reason) {
        refused.add(
                new Refused(k.mailbox().value(), k.at().box() + " UID " + k.at().uid(), reason));
    }

    /// What is in the mailbox that gets the messages; nothing where that is to be made.
    private List<Candidate> there() throws StoreException {
        if (!target.status(List.of(name)).containsKey(name)) {
            return List.of();
        }
        target.examine(name);
        UidSet uids = target.uids();
        return uids.isEmpty() ? List.of() : FirstCopy.candidates(target, uids, new HashMap<>());
    }

    /// @return how many were stored
    private long store(List<Item> missing) throws StoreException {
        if (missing.isEmpty()) {
            return 0;
        }
        target.create(name, null);
        target.select(name);
        long stored = 0;
        List<Item> left = missing;
        while (!left.isEmpty()) {
            List<Item> later = new ArrayList<>();
            stored += store(batch(left, later), true);
            left = later;
        }
        return stored;
    }

    /// The next messages that one FETCH and one APPEND can do.
    private static Map<Long, Item> batch(List<Item> from, List<Item> later) {
        Map<Long, Item> batch = new TreeMap<>();
        String box = from.getFirst().kept().at().box();
        long bytes = 0;
        for (Item item : from) {
            Archived at = item.kept().at();
            boolean fits = batch.isEmpty() || bytes + at.size() <= BATCH_BYTES;
            if (fits
                    && batch.size() < BATCH
                    && at.box().equals(box)
                    && !batch.containsKey(at.uid())) {
                batch.put(at.uid(), item);
                bytes += at.size();
            } else {
                later.add(item);
            }
        }
        return batch;
    }

    /// @param batch by UID of the keeper's mailbox, which is the same for all
    private long store(Map<Long, Item> batch, boolean together) throws StoreException {
        source.examine(batch.values().iterator().next().kept().at().box());
        Appender appender = target.appender(name, together);
        List<Item> sent = new ArrayList<>();
        try {
            source.bodies(
                    UidSet.of(batch.keySet()),
                    (uid, size, body) -> {
                        Item item = batch.get(uid);
                        if (item != null) {
                            appender.add(item.flags(), item.date(), size, body);
                            sent.add(item);
                        }
                    });
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE, source.server(), null, "a body ended early: " + e.getMessage(), e);
        }
        List<Appended> results = appender.finish();
        if (together
                && sent.size() > 1
                && results.stream().allMatch(r -> r instanceof Appended.Refused)) {
            return store(batch, false);
        }
        long stored = 0;
        for (int i = 0; i < sent.size(); i++) {
            if (results.get(i) instanceof Appended.Refused r) {
                refuse(sent.get(i).kept(), r.text());
            } else {
                stored++;
            }
        }
        for (Item item : batch.values()) {
            if (!sent.contains(item)) {
                refuse(item.kept(), "the message is not there any more");
            }
        }
        return stored;
    }

    /// Compares with what is there, by bodies where headers do not suffice.
    private final class Bodies {
        private final List<Item> items;
        private final Map<Long, String> ofItems = new HashMap<>();
        private final Map<Long, String> ofTarget = new HashMap<>();
        private @Nullable StoreException failure;

        Bodies(List<Item> items) {
            this.items = items;
        }

        /// Item number to UID of the target.
        Map<Long, Long> match(List<Item> wanted, List<Candidate> there) throws StoreException {
            List<Candidate> mine = wanted.stream().map(Item::candidate).toList();
            Map<Long, Long> pairs = new HashMap<>(Matcher.match(mine, there, this::same));
            pairs.putAll(ChangedHeaders.match(mine, there, pairs, this::alike));
            StoreException e = failure;
            if (e != null) {
                throw e;
            }
            return pairs;
        }

        /// Apart from what the keeper or the other server did to headers.
        private boolean alike(Candidate a, Candidate b) {
            if (failure != null) {
                return false;
            }
            try {
                Archived at = items.get((int) a.uid()).kept().at();
                source.examine(at.box());
                StoredForms left = StoredForms.of(source, UidSet.of(at.uid())).get(at.uid());
                StoredForms right = StoredForms.of(target, UidSet.of(b.uid())).get(b.uid());
                return left != null && right != null && left.isAlike(right);
            } catch (StoreException e) {
                failure = e;
                return false;
            }
        }

        private boolean same(Candidate a, Candidate b) {
            if (failure != null) {
                return false;
            }
            try {
                String left = ofItem(a.uid());
                String right = ofTarget(b.uid());
                return left != null && left.equals(right);
            } catch (StoreException e) {
                failure = e;
                return false;
            }
        }

        private @Nullable String ofItem(long number) throws StoreException {
            Archived at = items.get((int) number).kept().at();
            String digest = at.digest() == null ? ofItems.get(number) : at.digest();
            if (digest == null) {
                source.examine(at.box());
                digest = source.digests(UidSet.of(at.uid())).get(at.uid());
                if (digest != null) {
                    ofItems.put(number, digest);
                }
            }
            return digest;
        }

        private @Nullable String ofTarget(long uid) throws StoreException {
            String digest = ofTarget.get(uid);
            if (digest == null) {
                digest = target.digests(UidSet.of(uid)).get(uid);
                if (digest != null) {
                    ofTarget.put(uid, digest);
                }
            }
            return digest;
        }
    }
}
