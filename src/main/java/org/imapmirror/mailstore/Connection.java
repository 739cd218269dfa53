package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.Response.Status;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Commands and responses of one connection: many commands in flight, each answered by its tag;
/// untagged responses are offered to the commands in flight in the order they were sent. The thread
/// that waits for a command reads for all of them, so it must be one at a time.
///
/// After an end of the connection, an answer that is not IMAP, or a failure in the middle of a
/// message, nothing more can be done with it: every later call fails as [Kind#GONE].
final class Connection {
    private static final Duration BYE_WAIT = Duration.ofSeconds(1);

    /// What must not be lost because it is not understood.
    private static final Set<String> DATA =
            Set.of("FETCH", "LIST", "LSUB", "STATUS", "ESEARCH", "EXISTS", "EXPUNGE", "NAMESPACE");

    private final Endpoint server;
    private final Failures failures;
    private final ClientLimits limits;
    private final Wire wire;
    private final ReplyReader replies;
    private final Map<String, SentCommand> inFlight = new LinkedHashMap<>();
    private final Traits traits = new Traits();
    private volatile Mailbox mailbox = new Mailbox();
    private Pace pace = Pace.FREE;
    private volatile @Nullable MailboxGate gate;
    private int tags;
    private boolean busy;
    private Response.@Nullable Untagged bye;
    private volatile @Nullable StoreException broken;

    Connection(Endpoint server, ClientLimits limits) throws StoreException {
        this.server = server;
        this.failures = new Failures(server);
        this.limits = limits;
        this.wire = Wire.connect(server, limits);
        this.replies = new ReplyReader(server, wire, limits);
    }

    Endpoint server() {
        return server;
    }

    ClientLimits limits() {
        return limits;
    }

    Wire wire() {
        return wire;
    }

    /// What is known of the selected mailbox and follows its changes.
    Mailbox mailbox() {
        return mailbox;
    }

    void enter(Mailbox selected) {
        mailbox = selected;
    }

    /// How fast messages may pass.
    Pace pace() {
        return pace;
    }

    void pace(Pace limited) {
        pace = limited;
    }

    /// What the server is like.
    Traits traits() {
        return traits;
    }

    boolean has(String capability) {
        return traits.has(capability);
    }

    /// Where bodies are taken from.
    ReplyReader replies() {
        return replies;
    }

    /// False where it ended, or the server said that it will.
    boolean usable() {
        return broken == null && bye == null;
    }

    /// The server's first line.
    Response greeting() throws StoreException {
        try {
            Response reply = replies.next(limits.read());
            if (reply == null) {
                throw failures.gone("no greeting within " + limits.read().toSeconds() + " s");
            }
            learn(reply);
            if (reply instanceof Response.Untagged greeting) {
                traits.greeted(greeting.text());
            }
            return reply;
        } catch (StoreException e) {
            throw broke(e);
        }
    }

    /// Begins a command that the caller writes piece by piece with [#write].
    SentCommand begin(CommandText command, SentCommand.Untagged untagged) throws StoreException {
        checkUsable();
        Set<String> mailboxes = command.looksInto(mailbox.name());
        admit(mailboxes);
        String tag = "m" + ++tags;
        SentCommand sent = new SentCommand(tag, command.verb(), mailboxes, untagged);
        inFlight.put(tag, sent);
        List<byte[]> texts = command.texts();
        write(tag + " ");
        write(texts.getFirst());
        for (int i = 0; i < command.literals().size(); i++) {
            byte[] literal = command.literals().get(i);
            if (!literalHeader(sent, literal.length, traits.nonSyncLiteral(literal.length))) {
                return sent;
            }
            write(literal);
            write(texts.get(i + 1));
        }
        return sent;
    }

    /// Waits until no client's command is under way that concerns these mailboxes.
    ///
    /// @throws StoreException of kind RACE where that takes too long, or concerned the open one
    private void admit(Set<String> mailboxes) throws StoreException {
        MailboxGate shared = gate;
        if (shared == null || mailboxes.isEmpty()) {
            return;
        }
        try {
            boolean begun = shared.begin(this, mailboxes);
            while (!begun && !inFlight.isEmpty()) {
                // The client may be waiting for these.
                flush();
                pump(limits.read(), true);
                begun = shared.begin(this, mailboxes);
            }
            if (!begun && !shared.beginLater(this, mailboxes)) {
                throw race();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failures.gone("interrupted while waiting");
        }
        String open = mailbox.name();
        if (mailbox.isMoved() && open != null && mailboxes.contains(open)) {
            shared.end(this, mailboxes);
            throw race();
        }
    }

    StoreException race() {
        return failures.of(Kind.RACE, "a client makes, renames or deletes the mailbox");
    }

    /// Whose commands are kept apart from those of this connection.
    void gate(@Nullable MailboxGate shared) {
        gate = shared;
    }

    /// Sends a command; it may stay in the buffer until something is awaited.
    SentCommand send(CommandText command, SentCommand.Untagged untagged) throws StoreException {
        SentCommand sent = begin(command, untagged);
        if (sent.answer() == null) {
            write("\r\n");
        }
        return sent;
    }

    /// Announces a literal and waits until the server wants it, where that is necessary.
    ///
    /// @return false where the server answered the command instead: nothing more may be sent of it
    boolean literalHeader(SentCommand command, long size, boolean nonSync) throws StoreException {
        write("{" + size + (nonSync ? "+}\r\n" : "}\r\n"));
        return nonSync || awaitContinuation(command);
    }

    /// Waits for the server's `+`.
    ///
    /// @return false where it answered the command instead
    boolean awaitContinuation(SentCommand command) throws StoreException {
        flush();
        while (command.answer() == null) {
            if (pump(limits.read(), true) instanceof Response.Continuation) {
                return true;
            }
        }
        return false;
    }

    /// Waits for the server's `+`.
    ///
    /// @return what stands behind it; null where it answered the command instead
    @Nullable String awaitChallenge(SentCommand command) throws StoreException {
        flush();
        while (command.answer() == null) {
            if (pump(limits.read(), true) instanceof Response.Continuation(String text)) {
                return text.strip();
            }
        }
        return null;
    }

    void write(String text) throws StoreException {
        write(text.getBytes(StandardCharsets.US_ASCII));
    }

    void write(byte[] octets) throws StoreException {
        write(octets, 0, octets.length);
    }

    void write(byte[] octets, int offset, int length) throws StoreException {
        checkUsable();
        try {
            wire.write(octets, offset, length);
        } catch (StoreException e) {
            throw broke(lastWords(e));
        }
    }

    void flush() throws StoreException {
        checkUsable();
        try {
            wire.flush();
        } catch (StoreException e) {
            throw broke(lastWords(e));
        }
    }

    /// Sends a command and waits for its OK.
    Response.Tagged run(CommandText command, SentCommand.Untagged untagged) throws StoreException {
        return ok(send(command, untagged));
    }

    Response.Tagged run(CommandText command) throws StoreException {
        return run(command, SentCommand.Untagged.NONE);
    }

    /// Sends a command and waits for its OK, for a certain time.
    void run(CommandText command, SentCommand.Untagged untagged, Duration timeout)
            throws StoreException {
        SentCommand sent = send(command, untagged);
        flush();
        while (sent.answer() == null) {
            pump(timeout, true);
        }
        ok(sent);
    }

    /// Waits for the command's OK.
    ///
    /// @throws StoreException where the answer is another one
    Response.Tagged ok(SentCommand command) throws StoreException {
        Response.Tagged answer = await(command);
        if (Failures.isOk(answer)) {
            return answer;
        }
        throw failures.refusal(command.verb(), answer);
    }

    /// Waits for the command's answer, whatever it is.
    Response.Tagged await(SentCommand command) throws StoreException {
        Response.Tagged answer = command.answer();
        if (answer == null) {
            flush();
        }
        while (answer == null) {
            pump(limits.read(), true);
            answer = command.answer();
        }
        return answer;
    }

    /// Reads what has already arrived.
    void poll() throws StoreException {
        checkUsable();
        try {
            while (wire.readable() && pump(Duration.ofMillis(1), false) != null) {
                // Each turn handles one response.
            }
        } catch (StoreException e) {
            throw broke(e);
        }
    }

    /// Reads and handles one response.
    ///
    /// @param must silence for that long is an error
    /// @return null after silence for that long
    @Nullable Response pump(Duration timeout, boolean must) throws StoreException {
        checkUsable();
        if (busy) {
            throw new IllegalStateException("bug: the connection is used inside its own callback");
        }
        busy = true;
        try {
            Response reply = replies.next(timeout);
            if (reply != null) {
                dispatch(reply);
            } else if (must) {
                throw failures.gone("no answer for " + timeout.toSeconds() + " s");
            }
            return reply;
        } catch (StoreException e) {
            throw broke(e.server().equals(server) ? withBye(e) : e);
        } catch (UncheckedIOException e) {
            broke(failures.gone("a message could not be handed on"));
            throw e;
        } finally {
            busy = false;
        }
    }

    private void dispatch(Response response) throws StoreException {
        learn(response);
        switch (response) {
            case Response.Continuation _ -> {
                // For whoever waits for it.
            }
            case Response.Tagged tagged -> {
                SentCommand command = inFlight.remove(tagged.tag());
                if (command == null) {
                    throw failures.garbage("it answers a command that was not sent");
                }
                command.onAnswer(tagged);
                MailboxGate shared = gate;
                if (shared != null && !command.mailboxes().isEmpty()) {
                    shared.end(this, command.mailboxes());
                }
            }
            case Response.Other(String kind) when DATA.contains(kind) ->
                    throw failures.garbage("a " + kind + " that cannot be understood");
            default -> offer(response);
        }
    }

    private void offer(Response response) throws StoreException {
        mailbox.onUntagged(response);
        for (SentCommand command : inFlight.values()) {
            if (command.untagged().take(response)) {
                return;
            }
        }
        mailbox.onUnclaimed(response);
    }

    private void learn(Response response) {
        traits.learn(response);
        if (response instanceof Response.Untagged untagged && untagged.status() == Status.BYE) {
            bye = untagged;
        }
    }

    Failures failures() {
        return failures;
    }

    private StoreException withBye(StoreException e) {
        Response.Untagged farewell = bye;
        return farewell == null || e.kind() != Kind.GONE
                ? e
                : failures.of(
                        Kind.GONE, "it ended the connection", farewell.code(), farewell.text());
    }

    /// A write failed: the server may have said why before it hung up.
    private StoreException lastWords(StoreException e) {
        try {
            for (int i = 0; i < 100 && bye == null; i++) {
                Response reply = replies.next(BYE_WAIT);
                if (reply == null) {
                    break;
                }
                learn(reply);
            }
        } catch (StoreException | UncheckedIOException _) {
            // The first failure says more.
        }
        return withBye(e);
    }

    private void checkUsable() throws StoreException {
        StoreException reason = broken;
        if (reason != null) {
            throw new StoreException(
                    Kind.GONE,
                    server,
                    reason.code(),
                    "the connection ended before: " + reason.text(),
                    reason);
        }
    }

    private StoreException broke(StoreException reason) {
        if (broken == null) {
            broken = reason;
        }
        if (!inFlight.isEmpty()) {
            wire.reset();
        }
        abort();
        return reason;
    }

    /// Ends the connection at once and without a word.
    void abort() {
        if (broken == null) {
            broken = failures.gone("closed");
        }
        wire.close();
        replies.close();
    }

    /// Says farewell, and ends the connection.
    void logout() {
        if (usable() && inFlight.isEmpty()) {
            try {
                SentCommand logout = send(CommandText.of("LOGOUT"), SentCommand.Untagged.NONE);
                flush();
                while (logout.answer() == null && pump(BYE_WAIT, false) != null) {
                    // The server says BYE and OK, in any order, or hangs up.
                }
            } catch (StoreException _) {
                // It is gone either way.
            }
        }
        abort();
    }

    /// The commands that are not answered yet, oldest first.
    List<SentCommand> outstanding() {
        return new ArrayList<>(inFlight.values());
    }
}
