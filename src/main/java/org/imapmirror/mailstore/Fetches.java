package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.Cursor.MalformedReply;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Reads from the selected mailbox. Long sets go in windows, of which a few are under way at once.
/// What arrives is assigned by its UID: servers answer in the order they like, and other sessions'
/// changes come in between.
final class Fetches {
    private static final int WINDOWS = 3;
    private static final int MANY = 2000;
    private static final int SOME = 500;
    private static final int FEW = 100;

    /// Exchange does not like commands of more than about 4,096 octets.
    private static final int MAX_SET_TEXT = 3500;

    private static final int ATTEMPTS = 3;

    private final Connection connection;

    Fetches(Connection connection) {
        this.connection = connection;
    }

    /// Takes the items of one message, by their names in upper case.
    private interface Items {
        void take(long uid, Map<String, Value> items) throws StoreException;
    }

    /// All UIDs, as many as the mailbox has messages at that moment.
    UidSet uids() throws StoreException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            UidSet found = connection.has("ESEARCH") ? searched() : listed();
            if (found != null) {
                return found;
            }
            connection.run(CommandText.of("NOOP"));
        }
        throw new StoreException(
                Kind.RACE,
                connection.server(),
                null,
                "the mailbox kept changing while its messages were listed; try again");
    }

    private @Nullable UidSet searched() throws StoreException {
        class Found implements Command.Untagged {
            private UidSet uids = UidSet.EMPTY;
            private long exists = connection.mailbox().exists();

            @Override
            public boolean take(Reply reply) throws MalformedReply {
                if (!reply.is("ESEARCH")) {
                    return false;
                }
                exists = connection.mailbox().exists();
                Cursor in = reply.data();
                while (!in.atEnd()) {
                    Value value = in.value();
                    if (value instanceof Value.Atom(String name) && name.equalsIgnoreCase("ALL")) {
                        uids = set(in.value());
                    }
                }
                return true;
            }
        }
        Found found = new Found();
        connection.run(CommandText.of("UID SEARCH").word("RETURN (ALL) ALL"), found);
        return found.uids.size() == found.exists ? found.uids : null;
    }

    private static UidSet set(Value value) throws MalformedReply {
        try {
            String text = value.string();
            return UidSet.parse(text == null ? "" : text);
        } catch (IllegalArgumentException _) {
            throw new MalformedReply("not a set of UIDs");
        }
    }

    /// Servers without ESEARCH err in SEARCH more often than in FETCH, and cap it.
    private @Nullable UidSet listed() throws StoreException {
        TreeSet<Long> uids = new TreeSet<>();
        long[] exists = {connection.mailbox().exists()};
        if (exists[0] == 0) {
            return UidSet.EMPTY;
        }
        Command all =
                connection.send(
                        CommandText.of("UID FETCH").word("1:*").word("(UID)"),
                        handler((uid, _) -> {
                            uids.add(uid);
                            exists[0] = connection.mailbox().exists();
                        }));
        connection.ok(all);
        return uids.size() == exists[0] ? UidSet.of(uids) : null;
    }

    List<Summary> summaries(UidSet uids) throws StoreException {
        Map<Long, Summary> found = new TreeMap<>();
        fetch(uids, "(UID FLAGS INTERNALDATE RFC822.SIZE)", MANY, summariesInto(found));
        found.keySet().removeIf(uid -> !uids.contains(uid));
        return List.copyOf(found.values());
    }

    List<Summary> summariesFrom(long firstUid) throws StoreException {
        Map<Long, Summary> found = new TreeMap<>();
        Command all =
                connection.send(
                        CommandText.of("UID FETCH")
                                .word(firstUid + ":*")
                                .word("(UID FLAGS INTERNALDATE RFC822.SIZE)"),
                        handler(summariesInto(found)));
        settle(all);
        found.keySet().removeIf(uid -> uid < firstUid);
        return List.copyOf(found.values());
    }

    private static Items summariesInto(Map<Long, Summary> found) {
        return (uid, items) -> {
            Value size = items.get("RFC822.SIZE");
            Value flags = items.get("FLAGS");
            if (size != null && flags != null) {
                Value date = items.get("INTERNALDATE");
                found.put(
                        uid,
                        new Summary(
                                uid,
                                Flags.of(flags.strings()),
                                date == null ? null : date.string(),
                                Math.max(0, size.number())));
            } else if (flags != null) {
                // Another session changed them after we were told.
                found.computeIfPresent(
                        uid,
                        (_, old) ->
                                new Summary(
                                        uid,
                                        Flags.of(flags.strings()),
                                        old.internalDate(),
                                        old.size()));
            }
        };
    }

    Map<Long, Flags> flags(UidSet uids) throws StoreException {
        Map<Long, Flags> found = new TreeMap<>();
        fetch(
                uids,
                "(UID FLAGS)",
                MANY,
                (uid, items) -> {
                    Value flags = items.get("FLAGS");
                    if (flags != null && uids.contains(uid)) {
                        found.put(uid, Flags.of(flags.strings()));
                    }
                });
        return found;
    }

    Map<Long, HeaderKey> headers(UidSet uids) throws StoreException {
        Map<Long, HeaderKey> found = new TreeMap<>();
        fetch(
                uids,
                "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM TO SUBJECT)])",
                SOME,
                (uid, items) ->
                        items.forEach((name, value) -> {
                            if (name.startsWith("BODY[HEADER")
                                    && value instanceof Value.Text(byte[] octets)
                                    && uids.contains(uid)) {
                                found.put(uid, HeaderKey.of(octets));
                            }
                        }));
        return found;
    }

    Map<Long, String> digests(UidSet uids) throws StoreException {
        Map<Long, String> found = new TreeMap<>();
        try {
            bodies(uids, (uid, _, body) -> found.put(uid, CanonicalDigest.of(body)));
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE, connection.server(), null, "a message was not read to its end", e);
        }
        return found;
    }

    void bodies(UidSet uids, BodySink sink) throws StoreException, IOException {
        connection.bodiesTo(sink);
        try {
            fetch(uids, "(UID BODY.PEEK[])", FEW, (uid, items) -> later(uid, items, sink));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            connection.bodiesTo(null);
        }
    }

    /// A body that did not stream: its UID came behind it, or it was no literal.
    private void later(long uid, Map<String, Value> items, BodySink sink) throws StoreException {
        if (!(items.get("BODY[]") instanceof Value.Text(byte[] octets))
                || octets == ReplyReader.STREAMED) {
            return;
        }
        try {
            if (octets == ReplyReader.SPOOLED) {
                try (Spool spool = connection.takeSpool()) {
                    sink.body(uid, spool.size(), spool.stream());
                }
            } else {
                sink.body(uid, octets.length, new ByteArrayInputStream(octets));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetch(UidSet uids, String what, int window, Items items) throws StoreException {
        Deque<Command> underWay = new ArrayDeque<>();
        StoreException refused = null;
        for (UidSet part : windows(uids, window)) {
            if (underWay.size() == WINDOWS) {
                refused = later(refused, underWay.remove());
            }
            if (refused != null) {
                break;
            }
            underWay.add(
                    connection.send(
                            CommandText.of("UID FETCH").word(part.toString()).word(what),
                            handler(items)));
        }
        for (Command command : underWay) {
            refused = later(refused, command);
        }
        if (refused != null) {
            throw refused;
        }
    }

    /// Waits for a command even if an earlier one was refused, so that the connection stays usable.
    private @Nullable StoreException later(@Nullable StoreException refused, Command command)
            throws StoreException {
        try {
            settle(command);
            return refused;
        } catch (StoreException e) {
            if (!connection.usable()) {
                throw e;
            }
            return refused == null ? e : refused;
        }
    }

    /// Messages that were expunged meanwhile are absent, and that is no failure of the others.
    private void settle(Command command) throws StoreException {
        Reply answer = connection.await(command);
        if (!answer.kind().equals("OK") && !answer.hasCode("EXPUNGEISSUED")) {
            throw connection.refusal(command.verb(), answer);
        }
    }

    private static Command.Untagged handler(Items items) {
        return reply -> {
            if (!reply.is("FETCH")) {
                return false;
            }
            Map<String, Value> found = new HashMap<>();
            List<Value> list = reply.data().value().items();
            for (int i = 0; i + 1 < list.size(); i += 2) {
                if (list.get(i) instanceof Value.Atom(String name)) {
                    found.put(name.toUpperCase(Locale.ROOT), list.get(i + 1));
                }
            }
            Value uid = found.get("UID");
            if (uid == null || uid.number() <= 0) {
                // Another session changed flags: this is not ours.
                return false;
            }
            items.take(uid.number(), found);
            return true;
        };
    }

    /// The set in pieces that make commands of bearable length.
    static List<UidSet> windows(UidSet uids, int count) {
        List<UidSet> out = new ArrayList<>();
        for (UidSet part : uids.chunks(count)) {
            if (part.toString().length() <= MAX_SET_TEXT) {
                out.add(part);
            } else {
                out.addAll(windows(part, (int) (part.size() + 1) / 2));
            }
        }
        return out;
    }
}
