package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.Tags;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Which commands the primary has not answered, and whose turn it is: what framing depends on.
///
/// While a synchronizing literal or a step of AUTHENTICATE is undecided, the client's octets are
/// not looked at: `+` makes them the literal or the SASL line, a tagged answer makes them a new
/// command (RFC 9051 sections 4.3 and 6.2.2).
final class Dialogue {
    private enum Kind {
        LITERAL,
        IDLE,
        AUTHENTICATE
    }

    /// A continuation request that the primary owes.
    private record Turn(String tag, Kind kind) {}

    private final Conduit client;
    private final int most;
    private final Runnable crowded;
    private final Deque<String> unanswered = new ArrayDeque<>(1);
    private final Deque<Turn> turns = new ArrayDeque<>(1);
    private final List<CompletableFuture<Void>> waitingForQuiet = new ArrayList<>();

    /// The tag of the last command; empty where that line has none.
    private String current = "";

    /// A command is sent in part.
    private boolean midCommand;

    /// The primary has answered the command that is sent in part.
    private boolean answeredEarly;

    /// An exchange of lines that are not commands: IDLE until DONE, AUTHENTICATE.
    private @Nullable Turn exchange;

    /// What the client's octets wait for.
    private @Nullable Turn gate;

    private boolean loggedIn;
    private boolean bye;

    /// @param most commands that may wait for their answers before the client has to wait
    /// @param crowded is told that the client has to wait
    Dialogue(Conduit client, int most, Runnable crowded) {
        this.client = client;
        this.most = most;
        this.crowded = crowded;
    }

    /// From now on AUTHENTICATE is a command like any other.
    void loggedIn() {
        loggedIn = true;
    }

    /// A frame went on to the primary.
    void sent(Frame frame) {
        switch (frame) {
            case Frame.LinePart _ -> midCommand = true;
            case Frame.LiteralData _ -> {}
            case Frame.Line line -> sentLine(line);
        }
    }

    /// A frame of the primary went on to the client.
    void received(Frame frame) {
        if (frame instanceof Frame.Line line && !line.continued()) {
            String word = Words.first(line.text());
            switch (word) {
                case "+" -> continuation();
                case "*" -> untagged(line.text());
                default -> answered(word);
            }
        }
    }

    /// Whole commands that wait for their answer; an IDLE that was not ended is none.
    int pending() {
        int count = unanswered.size();
        if (exchange != null && exchange.kind() == Kind.IDLE) {
            count--;
        }
        return midCommand && !answeredEarly && !current.isEmpty() ? count - 1 : count;
    }

    /// A command with this tag waits for its answer.
    boolean isOpen(String tag) {
        return unanswered.contains(tag);
    }

    /// The primary has answered everything that was sent to it.
    boolean settled() {
        return !midCommand && pending() == 0;
    }

    /// No command is open, not even IDLE.
    boolean isQuiet() {
        return unanswered.isEmpty();
    }

    /// Completes when every command is answered; at once where none is open.
    CompletionStage<Void> quiet() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        if (unanswered.isEmpty()) {
            stage.complete(null);
        } else {
            waitingForQuiet.add(stage);
        }
        return stage;
    }

    /// The client's next line is not a command.
    boolean inExchange() {
        return exchange != null;
    }

    /// The primary said `* BYE`.
    boolean byeSeen() {
        return bye;
    }

    private void sentLine(Frame.Line line) {
        if (!line.continued()) {
            beginning(line);
        }
        midCommand = line.literal() != null;
        if (line.literal() != null && !line.literal().nonSync()) {
            if (answeredEarly) {
                // Nobody will ask for it any more.
                client.scanner().abandonLiteral();
                midCommand = false;
            } else {
                waitFor(new Turn(current, Kind.LITERAL));
            }
        }
    }

    private void beginning(Frame.Line line) {
        answeredEarly = false;
        if (exchange != null) {
            exchanged(exchange);
            return;
        }
        current = Words.tag(line.text());
        if (current.isEmpty()) {
            return;
        }
        unanswered.add(current);
        if (unanswered.size() == most) {
            crowded.run();
        }
        if (unanswered.size() >= most) {
            client.block(Conduit.Block.CROWDED);
        }
        if (line.literal() != null) {
            return;
        }
        switch (Words.second(line.text())) {
            case "IDLE" -> {
                // Before the login it is refused, and the next line is a command.
                if (loggedIn) {
                    exchange = new Turn(current, Kind.IDLE);
                    turns.add(exchange);
                    client.scanner().plainLines(true);
                }
            }
            case "AUTHENTICATE" -> {
                if (!loggedIn) {
                    exchange = new Turn(current, Kind.AUTHENTICATE);
                    client.scanner().plainLines(true);
                    waitFor(exchange);
                }
            }
            default -> {}
        }
    }

    /// The client sent a line of an exchange. The first one ends IDLE, whatever it says: servers
    /// take anything but DONE as an error of the IDLE command.
    private void exchanged(Turn turn) {
        switch (turn.kind()) {
            case AUTHENTICATE -> waitFor(turn);
            case IDLE, LITERAL -> endExchange();
        }
    }

    private void waitFor(Turn turn) {
        turns.add(turn);
        gate = turn;
        client.block(Conduit.Block.GATED);
    }

    private void continuation() {
        Turn turn = turns.poll();
        if (turn != null && turn.equals(gate)) {
            openGate();
        }
    }

    private void untagged(byte[] text) {
        switch (Words.second(text)) {
            case "BYE" -> bye = true;
            case "BAD" -> {
                // The answer to a tag that this server does not accept: servers differ about `]`.
                // Else it is about an empty line, or is a mere warning as Dovecot's CLIENTBUG.
                if (!Words.third(text).startsWith("[CLIENTBUG]")) {
                    unanswered.stream()
                            .filter(Tags::isDoubtful)
                            .findFirst()
                            .ifPresent(this::answered);
                }
            }
            default -> {}
        }
    }

    private void answered(String tag) {
        boolean earlier = unanswered.removeFirstOccurrence(tag) && unanswered.contains(tag);
        if (!earlier) {
            if (exchange != null && exchange.tag().equals(tag)) {
                endExchange();
            }
            turns.removeIf(turn -> turn.tag().equals(tag));
            if (gate != null && gate.tag().equals(tag)) {
                if (gate.kind() == Kind.LITERAL) {
                    refuseLiteral();
                } else {
                    openGate();
                }
            } else if (midCommand && tag.equals(current)) {
                answeredEarly = true;
            }
        }
        if (unanswered.size() == most / 2) {
            client.unblock(Conduit.Block.CROWDED);
        }
        if (unanswered.isEmpty() && !waitingForQuiet.isEmpty()) {
            List<CompletableFuture<Void>> waiting = List.copyOf(waitingForQuiet);
            waitingForQuiet.clear();
            waiting.forEach(stage -> stage.complete(null));
        }
    }

    private void refuseLiteral() {
        client.scanner().abandonLiteral();
        midCommand = false;
        openGate();
    }

    private void endExchange() {
        exchange = null;
        client.scanner().plainLines(false);
    }

    private void openGate() {
        gate = null;
        client.unblock(Conduit.Block.GATED);
    }
}
