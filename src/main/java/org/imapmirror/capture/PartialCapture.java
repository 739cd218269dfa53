package org.imapmirror.capture;

import org.imapmirror.event.MailboxEvent.MailboxSuspect;

import java.util.List;

/// Stands for a command of which a literal is still to come. A server may refuse it here; an OK
/// would be to something that nobody has read.
final class PartialCapture extends Pending {
    private final ClientCommand command;
    private final boolean mutates;

    PartialCapture(ClientCommand command, boolean mutates) {
        super(command.tag());
        this.command = command;
        this.mutates = mutates;
    }

    @Override
    boolean mutates() {
        return mutates;
    }

    @Override
    Outcome answered(Reply reply) {
        return reply.isOk()
                ? new Outcome(
                        List.of(
                                MailboxSuspect.ofAccount(
                                        command.safeVerb() + " was answered before its end")),
                        List.of())
                : Outcome.NOTHING;
    }
}
