package org.imapmirror.capture;

import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxEvent.MailboxSuspect;
import org.imapmirror.event.MailboxEvent.MessageAppended;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Frame;
import org.imapmirror.journal.PayloadWriter;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// APPEND, with one message or several (RFC 3502). Bodies go to the journal's spool while they
/// stream; APPENDUID tells what became of them.
final class AppendCapture extends Pending {
    private final AccountTracker tracker;
    private final CommitGate gate;
    private final Timer timer;
    private final AppendArguments arguments;
    private final List<Body> bodies = new ArrayList<>();

    private @Nullable Box target;
    private boolean complete;
    private Reply.@Nullable Code told;
    private @Nullable Stored stored;

    /// A literal of the command that is a message.
    private final class Body {
        private final AppendArguments.Message message;
        private @Nullable PayloadWriter writer;
        private @Nullable PayloadRef ref;
        private long arrived;

        Body(AppendArguments.Message message) {
            this.message = message;
            this.writer = message.onWire() ? gate.newPayload() : null;
        }

        @Nullable CompletionStage<?> data(ByteBuffer data, boolean last) {
            if (last) {
                arrived = timer.now().toEpochMilli();
            }
            PayloadWriter to = writer;
            if (to == null) {
                return null;
            }
            CompletionStage<?> room = to.write(data);
            if (last) {
                ref = to.finish();
            }
            return room;
        }

        void discard() {
            if (writer != null) {
                writer.discard();
            }
        }
    }

    /// @param timer tells when a message had arrived
    AppendCapture(
            String tag,
            AccountTracker tracker,
            CommitGate gate,
            Timer timer,
            AppendArguments arguments) {
        super(tag);
        this.tracker = tracker;
        this.gate = gate;
        this.timer = timer;
        this.arguments = arguments;
    }

    /// A line of the command was forwarded. Called for the first line too.
    void line(Frame.Line line) {
        arguments.line(line);
        MailboxName name = arguments.mailbox();
        if (target == null && name != null) {
            target = tracker.open(name);
            if (ticket != null) {
                tracker.touches(ticket, touches());
            }
        }
        if (arguments.messages().size() > bodies.size()) {
            bodies.add(new Body(arguments.messages().getLast()));
        }
        complete |= line.literal() == null;
    }

    /// Octets of a literal.
    ///
    /// @return completes when more may come, null where there is nothing to wait for
    @Nullable CompletionStage<?> data(ByteBuffer data, boolean last) {
        if (arguments.takesLiteral()) {
            arguments.literal(data, last);
            return null;
        }
        return arguments.inMessage() ? bodies.getLast().data(data, last) : null;
    }

    @Override
    boolean mutates() {
        return true;
    }

    @Override
    @Nullable Box destination() {
        return target;
    }

    @Override
    List<Touch> touches() {
        return target == null
                ? List.of()
                : List.of(new Touch.Appends(target, stored == null ? UidSet.EMPTY : stored.uids()));
    }

    @Override
    boolean code(Reply.Code code) {
        if (told != null || !code.name().equals("APPENDUID")) {
            return false;
        }
        told = code;
        return true;
    }

    @Override
    Outcome answered(Reply reply) {
        if (!reply.isOk()) {
            return Outcome.NOTHING;
        }
        Box box = target;
        if (box == null) {
            return new Outcome(
                    List.of(MailboxSuspect.ofAccount("APPEND with arguments not understood")),
                    List.of());
        }
        Reply.Code code = reply.code("APPENDUID");
        List<MailboxEvent> events = arguments.isUnclear() ? List.of() : events(box, code, told);
        if (events.isEmpty()) {
            events =
                    List.of(
                            MailboxSuspect.of(
                                    Doubt.MEMBERSHIP,
                                    box.name(),
                                    "APPEND without a usable APPENDUID"));
        }
        if (arguments.repeatsFlag()) {
            events = new ArrayList<>(events);
            events.add(MailboxSuspect.of(Doubt.FLAGS, box.name(), "APPEND with a flag twice"));
        }
        return new Outcome(events, touches());
    }

    private List<MailboxEvent> events(
            Box box, Reply.@Nullable Code tagged, Reply.@Nullable Code untagged) {
        Reply.Code code = tagged == null ? untagged : tagged;
        if (code == null || code.arguments().size() != 2) {
            return List.of();
        }
        long validity = Reply.number(code.arguments().get(0));
        List<Long> uids = Reply.members(code.arguments().get(1), bodies.size());
        if (validity == 0 || uids.isEmpty() || uids.size() != bodies.size()) {
            return List.of();
        }
        stored = new Stored(validity, UidSet.of(uids));
        MailboxRef ref = new MailboxRef(box.name(), validity);
        List<MailboxEvent> events = new ArrayList<>();
        for (int i = 0; i < uids.size(); i++) {
            Body body = bodies.get(i);
            events.add(
                    new MessageAppended(
                            ref,
                            uids.get(i),
                            body.message.flags(),
                            body.message.internalDate(),
                            body.arrived,
                            body.ref));
        }
        return events;
    }

    @Override
    Outcome lost() {
        if (!complete) {
            // Not stored: the end of the command never reached the primary.
            return Outcome.NOTHING;
        }
        Box box = target;
        return new Outcome(
                List.of(
                        box == null
                                ? MailboxSuspect.ofAccount("APPEND was not answered")
                                : MailboxSuspect.of(
                                        Doubt.MEMBERSHIP, box.name(), "APPEND was not answered")),
                touches());
    }

    @Override
    @Nullable Stored stored() {
        return stored;
    }

    @Override
    void release() {
        bodies.forEach(Body::discard);
        if (target != null) {
            tracker.close(target);
        }
    }
}
