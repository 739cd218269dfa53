package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.mailstore.Cursor.MalformedReply;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Commands and responses of one connection: many commands in flight, each answered by its tag;
/// untagged responses are offered to the commands in flight in the order they were sent. The thread
/// that waits for a command reads for all of them, so it must be one at a time.
///
/// After an end of the connection, an answer that is not IMAP, or a failure in the middle of a
/// message, nothing more can be done with it: every later call fails as [Kind#GONE].
final class Connection {
    private static final Duration BYE_WAIT = Duration.ofSeconds(1);
    private static final int LITERAL_MINUS = 4096;

    private final Endpoint server;
    private final ClientLimits limits;
    private final Wire wire;
    private final ReplyReader replies;
    private final Map<String, Command> inFlight = new LinkedHashMap<>();
    private Set<String> capabilities = Set.of();
    private Mailbox mailbox = new Mailbox();
    private int tags;
    private boolean continuation;
    private boolean busy;
    private @Nullable Reply bye;
    private volatile @Nullable StoreException broken;

    Connection(Endpoint server, ClientLimits limits) throws StoreException {
        this.server = server;
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

    boolean has(String capability) {
        return capabilities.contains(capability.toUpperCase(Locale.ROOT));
    }

    /// The value behind `NAME=`, null where it is not offered or has none.
    @Nullable String capabilityValue(String name) {
        String prefix = name + "=";
        for (String capability : capabilities) {
            if (capability.startsWith(prefix)) {
                return capability.substring(prefix.length());
            }
        }
        return null;
    }

    boolean knowsCapabilities() {
        return !capabilities.isEmpty();
    }

    void forgetCapabilities() {
        capabilities = Set.of();
    }

    /// True where a literal of that size can go out without asking (RFC 7888).
    boolean nonSyncLiteral(long size) {
        return has("LITERAL+") || (size <= LITERAL_MINUS && (has("LITERAL-") || has("IMAP4REV2")));
    }

    boolean usable() {
        return broken == null;
    }

    /// Bodies that arrive go to this sink; null for none.
    void bodiesTo(@Nullable BodySink sink) {
        replies.bodiesTo(sink);
    }

    Spool takeSpool() {
        return replies.takeSpool();
    }

    /// The server's first line.
    Reply greeting() throws StoreException {
        try {
            Reply reply = replies.next(limits.read());
            if (reply == null) {
                throw lost("no greeting within " + limits.read().toSeconds() + " s");
            }
            learn(reply);
            return reply;
        } catch (StoreException e) {
            throw broke(e);
        }
    }

    /// Begins a command that the caller writes piece by piece with [#write].
    Command begin(CommandText command, Command.Untagged untagged) throws StoreException {
        checkUsable();
        String tag = "m" + ++tags;
        Command sent = new Command(tag, command.verb(), untagged);
        inFlight.put(tag, sent);
        List<String> texts = command.texts();
        write(tag + " " + texts.getFirst());
        for (int i = 0; i < command.literals().size(); i++) {
            byte[] literal = command.literals().get(i);
            if (!literalHeader(sent, literal.length)) {
                return sent;
            }
            write(literal, 0, literal.length);
            write(texts.get(i + 1));
        }
        return sent;
    }

    /// Sends a command; it may stay in the buffer until something is awaited.
    Command send(CommandText command, Command.Untagged untagged) throws StoreException {
        Command sent = begin(command, untagged);
        if (sent.answer() == null) {
            write("\r\n");
        }
        return sent;
    }

    /// Announces a literal and waits until the server wants it, where that is necessary.
    ///
    /// @return false where the server answered the command instead: nothing more may be sent of it
    boolean literalHeader(Command command, long size) throws StoreException {
        return literalHeader(command, size, nonSyncLiteral(size));
    }

    boolean literalHeader(Command command, long size, boolean nonSync) throws StoreException {
        write("{" + size + (nonSync ? "+}\r\n" : "}\r\n"));
        return nonSync || awaitContinuation(command) != null;
    }

    /// Waits for the server's `+`.
    ///
    /// @return null where it answered the command instead
    @Nullable Reply awaitContinuation(Command command) throws StoreException {
        flush();
        while (command.answer() == null) {
            Reply reply = pump(limits.read(), true);
            if (continuation) {
                continuation = false;
                return reply;
            }
        }
        return null;
    }

    void write(String text) throws StoreException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
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
    Reply run(CommandText command, Command.Untagged untagged) throws StoreException {
        return ok(send(command, untagged));
    }

    Reply run(CommandText command) throws StoreException {
        return run(command, Command.Untagged.NONE);
    }

    /// Sends a command and waits for its OK, for a certain time.
    void run(CommandText command, Command.Untagged untagged, Duration timeout)
            throws StoreException {
        Command sent = send(command, untagged);
        flush();
        while (sent.answer() == null) {
            pump(timeout, true);
        }
        ok(sent);
    }

    /// Waits for the command's OK.
    ///
    /// @throws StoreException where the answer is another one
    Reply ok(Command command) throws StoreException {
        Reply answer = await(command);
        if (answer.kind().equals("OK")) {
            return answer;
        }
        throw refusal(command.verb(), answer);
    }

    /// Waits for the command's answer, whatever it is.
    Reply await(Command command) throws StoreException {
        Reply answer = command.answer();
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
    @Nullable Reply pump(Duration timeout, boolean must) throws StoreException {
        checkUsable();
        if (busy) {
            throw new IllegalStateException("bug: the connection is used inside its own callback");
        }
        busy = true;
        try {
            Reply reply = replies.next(timeout);
            if (reply != null) {
                dispatch(reply);
            } else if (must) {
                throw lost("no answer for " + timeout.toSeconds() + " s");
            }
            return reply;
        } catch (StoreException e) {
            throw broke(e.server().equals(server) ? withBye(e) : e);
        } catch (MalformedReply e) {
            throw broke(
                    new StoreException(
                            Kind.PROTOCOL,
                            server,
                            null,
                            "its answer is not IMAP: " + e.getMessage()));
        } catch (UncheckedIOException e) {
            broke(lost("a message could not be handed on"));
            throw e;
        } finally {
            busy = false;
        }
    }

    private void dispatch(Reply reply) throws StoreException, MalformedReply {
        if (reply.continuation()) {
            continuation = true;
            return;
        }
        learn(reply);
        if (!reply.untagged()) {
            Command command = inFlight.remove(reply.tag());
            if (command == null) {
                throw new StoreException(
                        Kind.PROTOCOL, server, null, "it answered a command that was not sent");
            }
            command.onAnswer(reply);
            return;
        }
        mailbox.onUntagged(reply);
        for (Command command : inFlight.values()) {
            if (command.untagged().take(reply)) {
                return;
            }
        }
        mailbox.onUnclaimed(reply);
    }

    /// Capabilities and farewells may be in any response.
    private void learn(Reply reply) {
        if (reply.is("BYE")) {
            bye = reply;
        } else if (reply.is("CAPABILITY")) {
            capabilities = words(reply.data().rest());
        } else if (reply.hasCode("CAPABILITY")) {
            capabilities = words(reply.codeText());
        }
    }

    private static Set<String> words(String text) {
        return new TreeSet<>(List.of(text.strip().toUpperCase(Locale.ROOT).split(" +")));
    }

    /// What a NO or BAD means to the caller.
    StoreException refusal(String verb, Reply answer) {
        boolean no = answer.kind().equals("NO");
        return new StoreException(
                no ? Kind.REFUSED : Kind.PROTOCOL,
                server,
                answer.code().isEmpty() ? null : answer.code(),
                verb
                        + (no ? " was refused: " : " was not understood: ")
                        + printable(answer.text()));
    }

    /// The server's words, fit for a log line.
    static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}|\\p{Cf}", "?");
        return line.length() <= 300 ? line : line.substring(0, 300) + "...";
    }

    private StoreException lost(String text) {
        return new StoreException(Kind.GONE, server, null, text);
    }

    private StoreException withBye(StoreException e) {
        Reply farewell = bye;
        return farewell == null || e.kind() != Kind.GONE
                ? e
                : new StoreException(
                        Kind.GONE,
                        server,
                        farewell.code().isEmpty() ? null : farewell.code(),
                        "it ended the connection: " + printable(farewell.text()),
                        e);
    }

    /// A write failed: the server may have said why before it hung up.
    private StoreException lastWords(StoreException e) {
        try {
            for (int i = 0; i < 100 && bye == null; i++) {
                Reply reply = replies.next(BYE_WAIT);
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
        abort();
        return reason;
    }

    /// Ends the connection at once and without a word.
    void abort() {
        if (broken == null) {
            broken = lost("closed");
        }
        wire.close();
        replies.close();
    }

    /// Says farewell, and ends the connection.
    void logout() {
        if (usable() && inFlight.isEmpty()) {
            try {
                Command logout = send(CommandText.of("LOGOUT"), Command.Untagged.NONE);
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
    List<Command> outstanding() {
        return new ArrayList<>(inFlight.values());
    }
}
