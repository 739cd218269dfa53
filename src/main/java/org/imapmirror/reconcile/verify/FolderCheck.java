package org.imapmirror.reconcile.verify;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.HeaderKey;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Selected;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FlagFilter;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.Side;
import org.imapmirror.reconcile.verify.Contents.Message;
import org.imapmirror.reconcile.verify.Difference.Kind;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Compares mailboxes one after the other, with a connection to each side, which read at the same
/// time.
final class FolderCheck implements AutoCloseable {
    private static final int TRIES = 3;

    private final Side sourceSide;
    private final Side targetSide;
    private final VerifyOptions options;
    private final Progress progress;
    private final Findings findings;
    private @Nullable ImapStore source;
    private @Nullable ImapStore target;

    FolderCheck(
            Side source, Side target, VerifyOptions options, Progress progress, Findings findings) {
        this.sourceSide = source;
        this.targetSide = target;
        this.options = options;
        this.progress = progress;
        this.findings = findings;
    }

    /// @param pairs all that go to that mailbox of the target
    void run(String name, List<Pair> pairs) throws StoreException {
        for (int failed = 0; !progress.stopped(); failed++) {
            try {
                compare(name, pairs);
                return;
            } catch (StoreException e) {
                boolean again = Verifier.passes(e) && failed + 1 < TRIES;
                close();
                if (!again && !passesOver(e)) {
                    throw e;
                }
                if (!again) {
                    findings.tell(
                            Kind.FOLDER_UNREADABLE,
                            pairs.getFirst().source(),
                            e.serverName() + ": " + e.text());
                    findings.incomplete();
                    return;
                }
            }
        }
    }

    /// About this mailbox only.
    private static boolean passesOver(StoreException e) {
        return switch (e.kind()) {
            case REFUSED, PROTOCOL, RACE, GONE, UNSUPPORTED -> true;
            case UNREACHABLE, TLS, LOGIN_REFUSED, NO_LOGIN -> false;
        };
    }

    private void compare(String name, List<Pair> pairs) throws StoreException {
        ImapStore to = target == null ? targetSide.open() : target;
        target = to;
        ImapStore from = source == null ? sourceSide.open() : source;
        source = from;
        Selected kept = to.select(name);
        to.noop();
        CompletableFuture<List<Message>> there =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return Contents.read(to, flags -> flags, progress::stopped);
                            } catch (StoreException e) {
                                throw new CompletionException(e);
                            }
                        },
                        Thread::startVirtualThread);
        Map<Message, String> boxes = new HashMap<>();
        List<Message> wanted = new ArrayList<>();
        StoreException failure = null;
        FlagFilter rules = new FlagFilter(options.flags());
        try {
            for (Pair pair : pairs) {
                from.examine(pair.source());
                List<Message> some =
                        Contents.read(
                                from,
                                flags -> kept.storable(rules.apply(flags)),
                                progress::stopped);
                if (pairs.size() > 1) {
                    some.forEach(m -> boxes.put(m, pair.source()));
                }
                wanted.addAll(some);
            }
        } catch (StoreException e) {
            failure = e;
        }
        List<Message> found = await(there);
        if (failure != null) {
            throw failure;
        }
        if (progress.stopped()) {
            return;
        }
        long messages = wanted.size();
        long bytes = wanted.stream().mapToLong(Message::octets).sum();
        Comparison.Result result =
                new Comparison(options.dates(), options.dateTolerance()).of(wanted, found);
        tell(name, pairs.getFirst().source(), boxes, result, from, to);
        findings.compared(pairs.size(), messages, bytes);
    }

    private static List<Message> await(CompletableFuture<List<Message>> there)
            throws StoreException {
        try {
            return there.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException reason) {
                throw reason;
            }
            throw e;
        }
    }

    private void tell(
            String name,
            String first,
            Map<Message, String> boxes,
            Comparison.Result result,
            ImapStore from,
            ImapStore to)
            throws StoreException {
        Map<Message, @Nullable String> extraIds = ids(to, name, result.extra());
        Map<String, Deque<Message>> extraById = new HashMap<>();
        extraIds.forEach((m, id) -> {
            if (id != null) {
                extraById.computeIfAbsent(id, _ -> new ArrayDeque<>()).add(m);
            }
        });
        List<Message> extra = new ArrayList<>(result.extra());
        Map<String, List<Message>> missing = new HashMap<>();
        for (Message m : result.missing()) {
            missing.computeIfAbsent(boxes.getOrDefault(m, first), _ -> new ArrayList<>()).add(m);
        }
        for (Map.Entry<String, List<Message>> e : missing.entrySet()) {
            Map<Message, @Nullable String> ids = ids(from, e.getKey(), e.getValue());
            for (Message m : e.getValue()) {
                String id = ids.get(m);
                Deque<Message> same = id == null ? null : extraById.get(id);
                if (same != null && !same.isEmpty()) {
                    Message other = same.remove();
                    extra.remove(other);
                    findings.tell(
                            new Difference(
                                    Kind.BODY,
                                    e.getKey(),
                                    m.uid(),
                                    other.uid(),
                                    id,
                                    m.octets() + " / " + other.octets() + " octets"));
                } else {
                    findings.tell(
                            new Difference(
                                    Kind.MISSING,
                                    e.getKey(),
                                    m.uid(),
                                    0,
                                    id,
                                    m.octets() + " octets"));
                }
            }
        }
        if (options.extra()) {
            for (Message m : extra) {
                findings.tell(
                        new Difference(
                                Kind.EXTRA,
                                name,
                                0,
                                m.uid(),
                                extraIds.get(m),
                                m.octets() + " octets"));
            }
        }
        Map<Message, @Nullable String> ids =
                ids(to, name, result.different().stream().map(Comparison.Pair::target).toList());
        for (Comparison.Pair pair : result.different()) {
            findings.tell(
                    new Difference(
                            pair.kind(),
                            boxes.getOrDefault(pair.source(), first),
                            pair.source().uid(),
                            pair.target().uid(),
                            ids.get(pair.target()),
                            pair.detail()));
        }
    }

    private static Map<Message, @Nullable String> ids(
            ImapStore store, String mailbox, List<Message> messages) throws StoreException {
        Map<Message, @Nullable String> out = new HashMap<>();
        if (messages.isEmpty()) {
            return out;
        }
        store.examine(mailbox);
        Map<Long, HeaderKey> keys =
                store.headers(UidSet.of(messages.stream().map(Message::uid).toList()));
        for (Message m : messages) {
            HeaderKey key = keys.get(m.uid());
            out.put(m, key == null ? null : key.messageId());
        }
        return out;
    }

    @Override
    public void close() {
        if (source != null) {
            source.close();
            source = null;
        }
        if (target != null) {
            target.close();
            target = null;
        }
    }
}
