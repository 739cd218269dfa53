package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.imapmirror.mailstore.Appended.Refused;
import org.imapmirror.mailstore.Appended.Stored;
import org.imapmirror.mailstore.Appended.StoredSomewhere;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Stores messages at the end of one mailbox, in the order in which they are added. Bodies are sent
/// while they are read; nothing is held in memory.
///
/// With MULTIAPPEND (RFC 3502) all are one command: one write to disk, and all or nothing, so that
/// one refused message refuses all of a batch and the caller tries them one by one. Else every
/// message is a command of its own, and many are under way at once.
///
/// A batch that is refused leaves the connection as it was. Until [#end()] its connection can do
/// nothing else. A failure before [#finish()] returns leaves open which messages are stored; the
/// connection is then of no more use.
public final class Appender {
    /// A larger body is announced first even where that costs waiting for the server, so that a
    /// refusal comes before it and not after.
    private static final long ASK_BEFORE = 4L << 20;

    private static final Pattern PLAIN_DATE =
            Pattern.compile("[ 0-3]\\d-[A-Z][a-z]{2}-\\d{4} [0-2]\\d:[0-5]\\d:[0-6]\\d [+-]\\d{4}");

    private static final Pattern PLAIN_KEYWORD =
            Pattern.compile("[$A-Za-z0-9][A-Za-z0-9_.-]{0,39}");

    private final Connection connection;
    private final String mailbox;
    private final UnaryOperator<Flags> storable;
    private final boolean multi;
    private final long limit;

    /// One for each message; null where it is part of the one MULTIAPPEND.
    private final List<Entry> entries = new ArrayList<>();

    private @Nullable SentCommand batch;
    private boolean batchOver;
    private int oldest;
    private boolean finished;

    /// Of each of the flags that messages of this batch have: they are mostly the same few.
    private final Map<String, FlagList> flagLists = new HashMap<>();

    /// @param text what stands before the date
    /// @param plain no server refuses the command for it before it has read the body: one that
    ///   does, and then does not skip an unasked body, takes it for commands
    private record FlagList(String text, boolean plain) {}

    private record Entry(@Nullable SentCommand command, @Nullable Refused refused) {}

    Appender(Connection connection, String mailbox, UnaryOperator<Flags> storable, boolean multi) {
        this.connection = connection;
        this.mailbox = mailbox;
        this.storable = storable;
        this.multi = multi && connection.has("MULTIAPPEND");
        this.limit = connection.traits().appendLimit();
    }

    /// Sends one message.
    ///
    /// @param flags those that the mailbox is known not to keep are left out; never `\Recent`
    /// @param internalDate as a server sends it, without quotes; null for now
    /// @param size the octets that `body` will give; one that ends early, or fails, breaks the
    ///   connection, because the server would take what comes next for the rest of the message.
    ///   What it has beyond `size` is not read.
    public void add(Flags flags, @Nullable String internalDate, long size, InputStream body)
            throws StoreException, IOException {
        if (finished) {
            throw new IllegalStateException("bug: this batch is finished");
        }
        if (size > limit) {
            entries.add(
                    new Entry(
                            null,
                            new Refused(
                                    "TOOBIG",
                                    "the server takes at most " + limit + " octets",
                                    true)));
            return;
        }
        if (multi) {
            addToBatch(flags, internalDate, size, body);
        } else {
            addAlone(flags, internalDate, size, body);
        }
    }

    private void addToBatch(Flags flags, @Nullable String date, long size, InputStream body)
            throws StoreException, IOException {
        entries.add(new Entry(null, null));
        SentCommand command = batch;
        if (command == null) {
            command =
                    connection.begin(
                            CommandText.of("APPEND").mailbox(mailbox), SentCommand.Untagged.NONE);
            batch = command;
        } else {
            connection.poll();
        }
        if (batchOver) {
            return;
        }
        if (command.answer() != null) {
            // Refused already. A server reads a command with unasked literals to its end all the
            // same, so that the end is what it waits for.
            batchOver = true;
            connection.write("\r\n");
            return;
        }
        if (literal(command, flags, date, size)) {
            stream(size, body);
        } else {
            batchOver = true;
        }
    }

    private void addAlone(Flags flags, @Nullable String date, long size, InputStream body)
            throws StoreException, IOException {
        for (; entries.size() - oldest >= connection.limits().appendsInFlight(); oldest++) {
            SentCommand command = entries.get(oldest).command();
            if (command != null) {
                connection.await(command);
            }
        }
        SentCommand command =
                connection.begin(
                        CommandText.of("APPEND").mailbox(mailbox), SentCommand.Untagged.NONE);
        entries.add(new Entry(command, null));
        if (literal(command, flags, date, size)) {
            stream(size, body);
            connection.write("\r\n");
        }
    }

    private boolean literal(SentCommand command, Flags flags, @Nullable String date, long size)
            throws StoreException {
        FlagList sent = flagList(flags);
        connection.write(sent.text() + (date == null ? "" : "\"" + requireDate(date) + "\" "));
        boolean nonSync =
                size <= ASK_BEFORE
                        && connection.traits().nonSyncLiteral(size)
                        && sent.plain()
                        && (date == null || PLAIN_DATE.matcher(date).matches());
        return connection.literalHeader(command, size, nonSync);
    }

    private FlagList flagList(Flags flags) {
        String key = flags.toString();
        FlagList known = flagLists.get(key);
        if (known == null) {
            Flags sent = storable.apply(Changes.sendable(flags));
            boolean plain =
                    sent.list().stream()
                            .allMatch(f -> PLAIN_KEYWORD.matcher(f.replace("\\", "")).matches());
            known = new FlagList(sent.isEmpty() ? " " : " " + sent + " ", plain);
            flagLists.put(key, known);
        }
        return known;
    }

    private static String requireDate(String date) {
        if (date.chars().anyMatch(c -> c < ' ' || c > '~' || c == '"' || c == '\\')) {
            throw new IllegalArgumentException("not an INTERNALDATE");
        }
        return date;
    }

    private void stream(long size, InputStream body) throws StoreException, IOException {
        Target target = new Target(size);
        try {
            connection.pace().pass(body).transferTo(target);
        } catch (Full _) {
            // The body is longer than announced; the rest is not wanted.
        } catch (Broken e) {
            throw e.reason;
        } catch (IOException e) {
            connection.abort();
            throw e;
        }
        if (target.rest > 0) {
            connection.abort();
            throw new IOException(
                    "a message ended "
                            + target.rest
                            + " octets before its announced size of "
                            + size);
        }
    }

    /// Sends the rest. The server works on it from now on, and the connection can already send what
    /// comes next.
    public void end() throws StoreException {
        if (finished) {
            return;
        }
        finished = true;
        if (batch != null && !batchOver) {
            connection.write("\r\n");
        }
        connection.flush();
    }

    /// What became of each message, in the order of the calls of [#add].
    ///
    /// @throws StoreException where the connection ended: some of the messages may be stored
    public List<Appended> finish() throws StoreException {
        end();
        return multi ? finishBatch() : finishAlone();
    }

    private List<Appended> finishAlone() throws StoreException {
        List<Appended> out = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            if (entry.command() == null) {
                out.add(refusedHere(entry));
            } else {
                Response.Tagged answer = connection.await(entry.command());
                out.add(Failures.isOk(answer) ? stored(answer, 1).getFirst() : refused(answer));
            }
        }
        return out;
    }

    private List<Appended> finishBatch() throws StoreException {
        SentCommand command = batch;
        List<Appended> fates = List.of();
        int sent = (int) entries.stream().filter(entry -> entry.refused() == null).count();
        if (command != null) {
            Response.Tagged answer = connection.await(command);
            fates =
                    Failures.isOk(answer)
                            ? stored(answer, sent)
                            : Collections.nCopies(sent, refused(answer));
        }
        List<Appended> out = new ArrayList<>(entries.size());
        int next = 0;
        for (Entry entry : entries) {
            out.add(entry.refused() == null ? fates.get(next++) : entry.refused());
        }
        return out;
    }

    private static Refused refusedHere(Entry entry) {
        Refused refused = entry.refused();
        if (refused == null) {
            throw new IllegalStateException("bug: neither sent nor refused");
        }
        return refused;
    }

    private List<Appended> stored(Response.Tagged answer, int count) {
        List<Appended> out = new ArrayList<>(count);
        if (answer.code() instanceof Code.AppendUid(long uidValidity, UidSet uids)
                && uids.size() == count) {
            uids.forEach(uid -> out.add(new Stored(uidValidity, uid)));
            connection.mailbox().stored(mailbox, uidValidity, uids.last());
            return out;
        }
        for (int i = 0; i < count; i++) {
            out.add(new StoredSomewhere());
        }
        return out;
    }

    private static Refused refused(Response.Tagged answer) {
        return new Refused(
                Failures.name(answer.code()),
                Failures.printable(answer.text()),
                Failures.outlook(answer) == Outlook.NEVER);
    }

    /// The rest of the literal.
    private final class Target extends OutputStream {
        private long rest;

        private Target(long size) {
            rest = size;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            int n = (int) Math.min(rest, length);
            try {
                connection.write(octets, offset, n);
            } catch (StoreException e) {
                throw new Broken(e);
            }
            rest -= n;
            if (n < length) {
                throw new Full();
            }
        }
    }

    private static final class Full extends IOException {
        private static final long serialVersionUID = 1;
    }

    private static final class Broken extends IOException {
        private static final long serialVersionUID = 1;
        private final transient StoreException reason;

        private Broken(StoreException reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
