package org.imapmirror.imap;

import org.imapmirror.event.MailboxName;

import java.util.ArrayList;
import java.util.List;

/// The arguments of CREATE (RFC 9051 section 6.3.4, RFC 6154 section 3).
///
/// @param use attributes as written, for instance `\Archive`
/// @param otherParameters there was a parameter besides USE
public record CreateArgs(MailboxName mailbox, List<String> use, boolean otherParameters) {
    public static CreateArgs read(Tokens args, boolean utf8Names) throws MalformedException {
        MailboxName mailbox = MailboxNames.decode(args.astringOctets(), utf8Names);
        List<String> use = new ArrayList<>();
        boolean other = false;
        if (args.peek() == Tokens.Kind.OPEN) {
            args.enter();
            while (args.peek() != Tokens.Kind.CLOSE) {
                if (args.skipAtom("USE")) {
                    use.addAll(args.atoms());
                } else {
                    other = true;
                    args.skipValue();
                }
            }
            args.leave();
        }
        return new CreateArgs(mailbox, List.copyOf(use), other);
    }
}
