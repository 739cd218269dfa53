package org.imapmirror.capture;

import org.imapmirror.event.Account;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.Origin;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.MessageAssembler;
import org.imapmirror.imap.WireMessage;
import org.imapmirror.proxy.SessionTap;
import org.imapmirror.proxy.Step;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// One session as the relay shows it: frames in, steps out. Turns frames into commands and
/// responses, waits where the journal or a probe has to answer first, and leaves understanding to
/// the [Follower].
///
/// The relay calls from the session's event loop; the journal and the timer answer from theirs.
/// Everything runs under one lock, and whatever leads out of here (futures, hints) runs after it is
/// released.
final class CaptureSession implements SessionTap {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureSession.class);
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_CLIENT_LITERAL = 64 * 1024;
    private static final int MAX_SERVER_LITERAL = 1024;

    private final Capture capture;
    private final AccountTracker tracker;
    private final Origin origin;
    private final Follower follower;
    private final Prober prober;
    private final MessageAssembler commands = new MessageAssembler(MAX_TEXT, MAX_CLIENT_LITERAL);
    private final MessageAssembler responses = new MessageAssembler(MAX_TEXT, MAX_SERVER_LITERAL);
    private final Deque<Runnable> later = new ArrayDeque<>(1);

    /// The command that is being forwarded, while it is not complete.
    private @Nullable Sending sending;

    private @Nullable Inquiry inquiry;
    private int inquiries;
    private boolean marked;
    private boolean diverged;
    private boolean over;

    /// A command of which more lines follow.
    ///
    /// @param append null where it is something else, which is understood when it is complete
    private record Sending(
            ClientCommand command,
            Pending pending,
            @Nullable AppendCapture append,
            @Nullable UidSet probed,
            boolean eager) {}

    CaptureSession(
            Capture capture, AccountTracker tracker, Origin origin, Supplier<String> probePrefix) {
        this.capture = capture;
        this.tracker = tracker;
        this.origin = origin;
        this.follower = new Follower(tracker);
        this.prober = new Prober(follower, probePrefix);
    }

    @Override
    public Step client(Frame frame) {
        Step step;
        synchronized (this) {
            step = over ? Step.FORWARD : fromClient(frame);
        }
        runLater();
        return step;
    }

    @Override
    public Step server(Frame frame) {
        Step step;
        synchronized (this) {
            step = over ? Step.FORWARD : fromServer(frame);
            follower.takeEffects().forEach(this::act);
        }
        runLater();
        return step;
    }

    private void runLater() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = later.poll();
            }
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    private Step fromClient(Frame frame) {
        Inquiry asking = inquiry;
        if (asking != null && !asking.abandoned) {
            return new Step.Hold(asking.over.thenApply(_ -> client(frame)));
        }
        Sending current = sending;
        return switch (frame) {
            case Frame.LinePart part -> {
                var unused = commands.add(part);
                // Too long to be understood before it is forwarded: it may be anything.
                yield current == null ? marked(() -> Step.FORWARD) : Step.FORWARD;
            }
            case Frame.LiteralData data -> {
                if (current != null && current.append() != null) {
                    CompletionStage<?> room = current.append().data(data.data(), data.last());
                    yield room == null || room.toCompletableFuture().isDone()
                            ? Step.FORWARD
                            : new Step.Pace(room);
                }
                if (current != null) {
                    var unused = commands.add(data);
                }
                yield Step.FORWARD;
            }
            case Frame.Line line when line.continued() ->
                    current == null ? Step.FORWARD : more(current, line);
            case Frame.Line line -> {
                sending = null;
                yield command(line);
            }
        };
    }

    private Step command(Frame.Line line) {
        commands.abandon();
        IdleCapture idle = follower.openIdle();
        String text = new String(line.text(), StandardCharsets.ISO_8859_1);
        if (idle != null && text.strip().equalsIgnoreCase("DONE")) {
            idle.done();
            return Step.FORWARD;
        }
        ClientCommand command = ClientCommand.of(line.text());
        if (command == null) {
            return Step.FORWARD;
        }
        String refusal = prober.refusal(command, line);
        if (refusal != null) {
            LOG.info("refused session={} command={}", origin.session(), command.safeVerb());
            return new Step.Reject(
                    (command.tag() + " BAD " + refusal + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
        }
        return prober.mayChange(command, line)
                ? marked(() -> ask(command, line))
                : forward(command, line, null);
    }

    /// Goes on when the account's write-intent mark is durable.
    private Step marked(Supplier<Step> then) {
        if (marked) {
            return then.get();
        }
        CompletableFuture<Boolean> mark = tracker.mark().acquire().toCompletableFuture();
        if (mark.isDone()) {
            markAnswered(mark.join());
            return then.get();
        }
        CompletableFuture<Step> step = new CompletableFuture<>();
        mark.thenAccept(durable -> {
            synchronized (this) {
                markAnswered(durable);
                Step next = over ? Step.FORWARD : then.get();
                later.add(() -> step.complete(next));
            }
            runLater();
        });
        return new Step.Hold(step);
    }

    private void markAnswered(boolean durable) {
        if (durable && !over) {
            marked = true;
        } else {
            tracker.mark().release(true);
        }
    }

    private Step ask(ClientCommand command, Frame.Line line) {
        Probe.Question question = diverged ? null : prober.question(command, line);
        if (question == null) {
            return forward(command, line, null);
        }
        Ticket ticket = question.since().isEmpty() ? null : tracker.begin(origin, question.since());
        CompletableFuture<Step> step = new CompletableFuture<>();
        Probe probe =
                prober.start(
                        question,
                        found -> {
                            Step next = forward(command, line, found, ticket);
                            later.add(() -> step.complete(next));
                        });
        capture.countProbe();
        Runnable cancel = capture.timer().after(capture.config().probeTimeout(), () -> late(probe));
        step.thenRun(cancel);
        return new Step.Probe(probe.line(), step);
    }

    private void late(Probe probe) {
        synchronized (this) {
            prober.abandon(probe);
        }
        runLater();
    }

    private Step forward(ClientCommand command, Frame.Line line, @Nullable UidSet probed) {
        return forward(command, line, probed, null);
    }

    /// @param since where the command counts as running already; else its ticket is made now
    private Step forward(
            ClientCommand command,
            Frame.Line line,
            @Nullable UidSet probed,
            @Nullable Ticket since) {
        if (over) {
            if (since != null) {
                var unused = tracker.complete(since, () -> Outcome.NOTHING);
            }
            return Step.FORWARD;
        }
        CommandReader reader = new CommandReader(tracker, follower);
        AppendCapture append = null;
        Pending pending;
        boolean complete = line.literal() == null;
        if (command.verb().equals("APPEND") && !command.uid()) {
            append =
                    new AppendCapture(
                            command.tag(),
                            tracker,
                            capture.gate(),
                            capture.timer(),
                            new AppendArguments(command.arguments(), follower.utf8()));
            append.line(line);
            pending = append;
        } else {
            WireMessage whole = commands.add(line);
            pending =
                    whole == null
                            ? new PartialCapture(command, prober.mayChange(command, line))
                            : reader.read(command, whole, probed);
        }
        IdleCapture idle = follower.openIdle();
        if (idle != null) {
            idle.swallows(pending);
        }
        if (since != null) {
            pending.ticket = since;
        } else if (pending.mutates()) {
            pending.ticket = tracker.begin(origin, pending.touches());
        }
        pending.odd = command.isOdd();
        follower.forwarded(pending);
        if (!complete) {
            boolean eager = line.literal() != null && line.literal().nonSync();
            sending = new Sending(command, pending, append, probed, eager);
        }
        return clear(pending);
    }

    private Step more(Sending current, Frame.Line line) {
        Step step = Step.FORWARD;
        if (current.append() != null) {
            current.append().line(line);
        } else {
            WireMessage whole = commands.add(line);
            if (whole != null) {
                step = understood(current, whole);
            }
        }
        if (line.literal() == null) {
            sending = null;
        }
        return step;
    }

    private Step understood(Sending current, WireMessage whole) {
        Pending pending =
                new CommandReader(tracker, follower)
                        .read(current.command(), whole, current.probed());
        Ticket ticket = current.pending().ticket;
        if (pending.mutates() && ticket == null) {
            pending.ticket = tracker.begin(origin, pending.touches());
        } else if (pending.mutates() && ticket != null) {
            pending.ticket = ticket;
            tracker.touches(ticket, pending.touches());
        } else if (ticket != null) {
            var unused = tracker.complete(ticket, () -> Outcome.NOTHING);
        }
        follower.replace(current.pending(), pending);
        return clear(pending);
    }

    private Step fromServer(Frame frame) {
        if (frame instanceof Frame.LinePart && prober.expectsSearch()) {
            return Step.SWALLOW;
        }
        WireMessage message = responses.add(frame);
        if (message == null) {
            return Step.FORWARD;
        }
        Heard heard = Listener.hear(message, follower.utf8());
        if (prober.takes(heard, message)) {
            return Step.SWALLOW;
        }
        Inquiry asking = inquiry;
        if (asking != null && message.literals().isEmpty() && asking.takes(heard)) {
            if (asking.isAnswered()) {
                inquiry = null;
                conclude(asking);
            }
            return Step.SWALLOW;
        }
        return switch (heard) {
            case Heard.Tagged(String tag, Reply reply) -> answered(tag, reply, frame);
            case Heard.Untagged(Reply reply) -> {
                follower.untagged(reply);
                if (reply.status() == Reply.Status.BAD && reply.code("CLIENTBUG") == null) {
                    refusedLine(reply);
                }
                yield Step.FORWARD;
            }
            case Heard.Exists(int number) -> {
                follower.exists(number);
                yield Step.FORWARD;
            }
            case Heard.Expunge(int number) -> {
                follower.expunge(number);
                yield Step.FORWARD;
            }
            case Heard.Fetch(FetchData data) -> {
                var unused = follower.fetch(data);
                yield Step.FORWARD;
            }
            case Heard.Vanished vanished -> {
                follower.vanished(vanished);
                yield Step.FORWARD;
            }
            case Heard.Search search -> {
                follower.search(search);
                yield Step.FORWARD;
            }
            case Heard.Enabled(var extensions) -> {
                follower.enabled(extensions);
                yield Step.FORWARD;
            }
            case Heard.Listed listed -> {
                follower.listed(listed);
                yield Step.FORWARD;
            }
            case Heard.PermanentFlags flags -> {
                follower.permanentFlags(flags);
                yield Step.FORWARD;
            }
            case Heard.Continuation _ -> {
                follower.continuation();
                yield prober.isRunning()
                        ? diverged("a continuation that nobody asked for")
                        : Step.FORWARD;
            }
            case Heard.Garbled(String kind) -> {
                follower.garbled(kind);
                yield Step.FORWARD;
            }
            case Heard.Status _, Heard.Other _ -> Step.FORWARD;
        };
    }

    private Step answered(String tag, Reply reply, Frame frame) {
        Pending pending = follower.answered(tag);
        if (pending == null) {
            // A server that did not take IDLE for such takes DONE for a tag.
            return tag.equalsIgnoreCase("DONE") && reply.status() == Reply.Status.BAD
                    ? Step.FORWARD
                    : diverged("a tagged response to no command");
        }
        Sending current = sending;
        if (current != null && current.pending() == pending) {
            // Refused before all of it was sent; of a synchronizing literal nothing will follow.
            sending = null;
            commands.abandon();
            if (current.eager() && reply.status() == Reply.Status.BAD) {
                // The octets that are under way may be taken for commands.
                suspectAccount("a literal was refused while it was being sent");
            }
        }
        if (frame instanceof Frame.Line line) {
            Step asks = inquire(pending, reply, line);
            if (asks != null) {
                return asks;
            }
        }
        CompletionStage<Boolean> stored = completed(pending, reply);
        if (stored == null || stored.toCompletableFuture().isDone()) {
            return Step.FORWARD;
        }
        return new Step.Hold(stored.thenApply(_ -> Step.FORWARD));
    }

    /// The primary did not take a line for a command.
    private void refusedLine(Reply reply) {
        Pending pending = follower.refused();
        if (pending == null) {
            return;
        }
        Sending current = sending;
        if (current != null && current.pending() == pending) {
            sending = null;
            commands.abandon();
        }
        var unused = completed(pending, reply);
    }

    /// Goes on when none of our own connections does anything in the mailbox that the command
    /// makes, renames or deletes.
    private Step clear(Pending pending) {
        Box box = pending.moves();
        Ticket ticket = pending.ticket;
        if (box == null || ticket == null) {
            return Step.FORWARD;
        }
        CompletableFuture<Void> clear =
                capture.hints()
                        .moving(tracker.account(), box.name(), ticket.settled)
                        .toCompletableFuture();
        if (clear.isDone()) {
            return Step.FORWARD;
        }
        CompletableFuture<Void> late = new CompletableFuture<>();
        Runnable cancel =
                capture.timer().after(capture.config().moveTimeout(), () -> late.complete(null));
        var unused = clear.thenRun(cancel);
        return new Step.Hold(clear.applyToEither(late, _ -> Step.FORWARD));
    }

    /// The outcome of an answered command gets its place.
    private @Nullable CompletionStage<Boolean> completed(Pending pending, Reply reply) {
        CompletionStage<Boolean> stored = null;
        Ticket ticket = pending.ticket;
        if (ticket != null) {
            stored = tracker.complete(ticket, () -> pending.answered(reply));
        }
        follower.afterAnswer(pending, reply);
        pending.release();
        return stored;
    }

    /// Asks what the command did, where that is unclear and the client has nothing outstanding.
    ///
    /// @return null where there is nothing to ask, or asking is not safe now
    private @Nullable Step inquire(Pending command, Reply reply, Frame.Line line) {
        if (!reply.isOk()
                || !follower.isIdle()
                || sending != null
                || inquiry != null
                || prober.isRunning()
                || diverged
                || line.literal() != null
                || line.truncated()) {
            return null;
        }
        List<MailboxName> unclear = command.unclear();
        if (unclear.isEmpty()) {
            return null;
        }
        String prefix = prober.prefix() + ++inquiries;
        Inquiry asks = Inquiry.about(command, reply, line.text(), unclear, prefix, follower.utf8());
        if (asks == null) {
            return null;
        }
        inquiry = asks;
        capture.countProbe();
        Runnable cancel = capture.timer().after(capture.config().probeTimeout(), () -> late(asks));
        var unused = asks.over.thenRun(cancel);
        return new Step.Inquire(asks.questions(), asks.released);
    }

    private void late(Inquiry asks) {
        synchronized (this) {
            if (inquiry == asks && !asks.abandoned) {
                conclude(asks);
            }
        }
        runLater();
    }

    /// The client's command is done, with what was learned.
    private void conclude(Inquiry asks) {
        if (asks.abandoned) {
            return;
        }
        asks.abandoned = true;
        asks.conclude();
        CompletionStage<Boolean> stored = completed(asks.command, asks.reply);
        if (stored == null) {
            later.add(asks::release);
        } else {
            later.add(() -> stored.thenRun(asks::release));
        }
    }

    /// Client, primary and this follower no longer mean the same (reference rule 0.4).
    private Step diverged(String reason) {
        diverged = true;
        LOG.warn("session diverged session={} reason={}", origin.session(), reason);
        suspectAccount(reason);
        return new Step.Close(
                "* BYE Connection state unclear, please reconnect\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private void suspectAccount(String reason) {
        tracker.append(origin, List.of(MailboxSuspect.ofAccount(reason)));
    }

    private void act(Effect effect) {
        Account account = tracker.account();
        switch (effect) {
            case Effect.Hint(var mailbox, var doubt) ->
                    later.add(() -> capture.hints().changed(account, mailbox, doubt));
            case Effect.SelectedNow(var mailbox) ->
                    later.add(() -> capture.hints().selected(account, origin.session(), mailbox));
            case Effect.Contradiction(var mailbox, var doubt, String reason) ->
                    tracker.append(origin, List.of(new MailboxSuspect(doubt, mailbox, reason)));
        }
    }

    @Override
    public synchronized boolean awaitsOutcome() {
        return inquiry != null && !inquiry.abandoned
                || follower.outstanding().stream().anyMatch(p -> p.ticket != null);
    }

    @Override
    public void closed(boolean clean) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            Inquiry asking = inquiry;
            if (asking != null) {
                conclude(asking);
            }
            boolean lost = false;
            for (Pending pending : List.copyOf(follower.outstanding())) {
                Ticket ticket = pending.ticket;
                if (ticket != null) {
                    lost = true;
                    var unused = tracker.complete(ticket, pending::lost);
                }
                pending.release();
            }
            follower.outstanding().clear();
            follower.select(null);
            follower.takeEffects().forEach(this::act);
            prober.cancel();
            boolean unclean = lost;
            later.add(() -> capture.ended(tracker, origin, marked, unclean));
        }
        runLater();
    }
}
