package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.ImapString;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.Response.Fetch;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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

    /// Takes the items of one message.
    private interface Items {
        void take(long uid, Fetch message) throws StoreException;
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
        throw connection
                .failures()
                .of(
                        Kind.RACE,
                        "the mailbox kept changing while its messages were listed; try again");
    }

    private @Nullable UidSet searched() throws StoreException {
        class Found implements SentCommand.Untagged {
            private UidSet uids = UidSet.EMPTY;
            private long exists = connection.mailbox().exists();

            @Override
            public boolean take(Response response) {
                if (!(response instanceof Response.Esearch result)) {
                    return false;
                }
                exists = connection.mailbox().exists();
                uids = result.all() == null ? UidSet.EMPTY : result.all();
                return true;
            }
        }
        Found found = new Found();
        connection.run(CommandText.of("UID SEARCH").word("RETURN (ALL) ALL"), found);
        return found.uids.size() == found.exists ? found.uids : null;
    }

    /// Servers without ESEARCH err in SEARCH more often than in FETCH, and cap it.
    private @Nullable UidSet listed() throws StoreException {
        TreeSet<Long> uids = new TreeSet<>();
        long[] exists = {connection.mailbox().exists()};
        if (exists[0] == 0) {
            return UidSet.EMPTY;
        }
        SentCommand all =
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
        SentCommand all =
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
        return (uid, message) -> {
            Flags flags = message.flags();
            if (flags == null) {
                return;
            }
            String date = message.internalDate();
            Long size = message.size();
            Summary known = found.get(uid);
            if (date != null || size != null) {
                found.put(uid, new Summary(uid, flags, date, size == null ? 0 : size));
            } else if (known != null) {
                // Another session changed them after we were told.
                found.put(uid, new Summary(uid, flags, known.internalDate(), known.size()));
            }
        };
    }

    Map<Long, Flags> flags(UidSet uids) throws StoreException {
        Map<Long, Flags> found = new TreeMap<>();
        fetch(
                uids,
                "(UID FLAGS)",
                MANY,
                (uid, message) -> {
                    Flags flags = message.flags();
                    if (flags != null && uids.contains(uid)) {
                        found.put(uid, flags);
                    }
                });
        return found;
    }

    /// The flags of those that changed since (RFC 7162 section 3.1.4.1).
    Map<Long, Flags> flagsSince(UidSet uids, long modseq) throws StoreException {
        Map<Long, Flags> found = new TreeMap<>();
        fetch(
                uids,
                "(UID FLAGS) (CHANGEDSINCE " + modseq + ")",
                MANY,
                (uid, message) -> {
                    Flags flags = message.flags();
                    if (flags != null && uids.contains(uid)) {
                        found.put(uid, flags);
                    }
                });
        return found;
    }

    /// What is different since (RFC 7162 section 3.1.4.1).
    Changed changedSince(long modseq) throws StoreException {
        Map<Long, Flags> found = new TreeMap<>();
        UidSet[] vanished = {UidSet.EMPTY};
        SentCommand.Untagged messages =
                handler((uid, message) -> {
                    Flags flags = message.flags();
                    if (flags != null) {
                        found.put(uid, flags);
                    }
                });
        String since = "CHANGEDSINCE " + modseq;
        SentCommand all =
                connection.send(
                        CommandText.of("UID FETCH")
                                .word("1:*")
                                .word("(UID FLAGS)")
                                .word(
                                        connection.traits().qresync()
                                                ? "(" + since + " VANISHED)"
                                                : "(" + since + ")"),
                        response -> {
                            if (response instanceof Response.Vanished gone) {
                                vanished[0] = vanished[0].union(gone.uids());
                                return true;
                            }
                            return messages.take(response);
                        });
        settle(all);
        return new Changed(found, vanished[0], connection.mailbox().exists());
    }

    /// The UIDs that search keys find; they may hold quoted strings in UTF-8, no literals.
    UidSet search(String keys) throws StoreException {
        UidSet.Builder found = new UidSet.Builder();
        boolean ascii = keys.chars().allMatch(c -> c < 0x80);
        connection.run(
                CommandText.of("UID SEARCH").raw(ascii ? keys : "CHARSET UTF-8 " + keys),
                response -> {
                    if (!(response instanceof Response.Search result)) {
                        return false;
                    }
                    found.addAll(result.numbers());
                    return true;
                });
        return found.build();
    }

    Map<Long, HeaderKey> headers(UidSet uids) throws StoreException {
        Map<Long, HeaderKey> found = new TreeMap<>();
        lines(
                uids,
                "MESSAGE-ID DATE FROM TO SUBJECT",
                (uid, octets) -> found.put(uid, HeaderKey.of(octets)));
        return found;
    }

    /// Fields of the headers, as [HeaderKey#fields] has them.
    ///
    /// @param names separated by spaces
    Map<Long, Map<String, String>> fields(UidSet uids, String names) throws StoreException {
        Map<Long, Map<String, String>> found = new TreeMap<>();
        lines(uids, names, (uid, octets) -> found.put(uid, HeaderKey.fields(octets)));
        return found;
    }

    private interface Lines {
        void take(long uid, byte[] octets);
    }

    private void lines(UidSet uids, String names, Lines lines) throws StoreException {
        fetch(
                uids,
                "(UID BODY.PEEK[HEADER.FIELDS (" + names + ")])",
                SOME,
                (uid, message) -> {
                    for (Response.Section section : message.sections()) {
                        if (section.item().startsWith("BODY[HEADER")
                                && section.value() instanceof ImapString.Octets(byte[] octets, _)
                                && uids.contains(uid)) {
                            lines.take(uid, octets);
                        }
                    }
                });
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

    void bodies(UidSet uids, BodySink to) throws StoreException, IOException {
        BodySink sink = (uid, size, body) -> to.body(uid, size, connection.pace().pass(body));
        connection.replies().bodiesTo(sink);
        try {
            fetch(uids, "(UID BODY.PEEK[])", FEW, (uid, message) -> later(uid, message, sink));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            connection.replies().bodiesTo(null);
        }
    }

    /// A body that did not stream: its UID came behind it, or it was no literal.
    private void later(long uid, Fetch message, BodySink sink) throws StoreException {
        try (Spool spool = connection.replies().takeSpool()) {
            if (spool != null) {
                sink.body(uid, spool.size(), spool.stream());
            } else if (message.section("BODY[]") instanceof ImapString.Octets(byte[] octets, _)) {
                sink.body(uid, octets.length, new ByteArrayInputStream(octets));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetch(UidSet uids, String what, int window, Items items) throws StoreException {
        Deque<SentCommand> underWay = new ArrayDeque<>();
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
        for (SentCommand command : underWay) {
            refused = later(refused, command);
        }
        if (refused != null) {
            throw refused;
        }
    }

    /// Waits for a command even if an earlier one was refused, so that the connection stays usable.
    private @Nullable StoreException later(@Nullable StoreException refused, SentCommand command)
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
    private void settle(SentCommand command) throws StoreException {
        Response.Tagged answer = connection.await(command);
        if (!Failures.isOk(answer) && !answer.code().is("EXPUNGEISSUED")) {
            throw connection.failures().refusal(command.verb(), answer);
        }
    }

    private SentCommand.Untagged handler(Items items) {
        return response -> {
            // Without UID it tells that another session changed flags: it is not ours.
            if (!(response instanceof Fetch message) || message.uid() == null) {
                return false;
            }
            connection.mailbox().saw(message.uid());
            items.take(message.uid(), message);
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
