package org.imapmirror.capture;

import org.imapmirror.event.MailboxEvent.MailboxSuspect;

import java.util.List;

/// A command without a part in mirroring: one of the closed list that changes nothing, or one that
/// may change anything, because nobody here knows it.
final class PlainCapture extends Pending {
    private final boolean harmless;
    private final boolean forbidsExpunge;
    private final String verb;

    /// @param verb for the reason of a suspicion; must not hold arguments
    private PlainCapture(String tag, String verb, boolean harmless, boolean forbidsExpunge) {
        super(tag);
        this.verb = verb;
        this.harmless = harmless;
        this.forbidsExpunge = forbidsExpunge;
    }

    static PlainCapture harmless(String tag, String verb, boolean forbidsExpunge) {
        return new PlainCapture(tag, verb, true, forbidsExpunge);
    }

    static PlainCapture unknown(String tag, String verb) {
        return new PlainCapture(tag, verb, false, false);
    }

    @Override
    boolean mutates() {
        return !harmless;
    }

    @Override
    boolean forbidsExpunge() {
        return forbidsExpunge;
    }

    @Override
    Outcome answered(Reply reply) {
        return reply.status() == Reply.Status.BAD ? Outcome.NOTHING : suspect(" is not followed");
    }

    @Override
    Outcome lost() {
        return suspect(" was not answered");
    }

    private Outcome suspect(String what) {
        return new Outcome(List.of(MailboxSuspect.ofAccount(verb + what)), List.of());
    }
}
