package org.imapmirror.imap;

import org.imapmirror.event.MailboxName;

/// The arguments of COPY and MOVE and their UID forms (RFC 9051 sections 6.4.7 and 6.4.8).
public record CopyArgs(SequenceSet set, MailboxName target) {
    public static CopyArgs read(Tokens args, boolean utf8Names) throws MalformedException {
        SequenceSet set = args.sequenceSet();
        MailboxName target = MailboxNames.decode(args.astringOctets(), utf8Names);
        if (!args.end()) {
            throw args.malformed("the end of the command");
        }
        return new CopyArgs(set, target);
    }
}
