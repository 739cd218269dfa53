package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/// The arguments of APPEND, with MULTIAPPEND (RFC 3502), CATENATE (RFC 4469), literal8 (RFC 3516)
/// and UTF8 (RFC 6855).
///
/// @param messages those whose content has begun or is complete, in order
/// @param open flags and date of a message of which no content has been announced yet; null where
///   the arguments end with a message
public record AppendHead(MailboxName mailbox, List<Message> messages, @Nullable Message open) {

    /// One message.
    ///
    /// @param date the date-time without quotes, as the client wrote it; it is not checked
    /// @param size of the literal; -1 where the content is put together by CATENATE, or not there
    ///   yet
    public record Message(
            Flags flags,
            @Nullable String date,
            boolean binary,
            boolean utf8,
            boolean catenate,
            long size) {

        /// True where the date is absent or a date that exists.
        public boolean dateIsValid() {
            try {
                return date == null || parsed(date) != null;
            } catch (MalformedException _) {
                return false;
            }
        }

        private static OffsetDateTime parsed(String date) throws MalformedException {
            return ImapText.parseDate(date);
        }
    }

    /// Reads the arguments as far as they have come: those of a [MessageAssembler#pending] message
    /// end with the announcement of a literal.
    public static AppendHead read(Tokens args, boolean utf8Names) throws MalformedException {
        MailboxName mailbox = MailboxNames.decode(args.astringOctets(), utf8Names);
        List<Message> messages = new ArrayList<>();
        while (!args.end()) {
            Flags flags = args.peek() == Tokens.Kind.OPEN ? args.flags() : Flags.NONE;
            String date =
                    args.peek() == Tokens.Kind.QUOTED
                            ? new ImapString.Octets(args.astringOctets(), false).text()
                            : null;
            if (args.end()) {
                Message open = new Message(flags, date, false, false, false, -1);
                return new AppendHead(mailbox, List.copyOf(messages), open);
            }
            messages.add(content(args, flags, date));
        }
        return new AppendHead(mailbox, List.copyOf(messages), null);
    }

    private static Message content(Tokens args, Flags flags, @Nullable String date)
            throws MalformedException {
        if (args.skipAtom("CATENATE")) {
            if (args.peek() == Tokens.Kind.OPEN) {
                catenate(args);
            }
            return new Message(flags, date, false, false, true, -1);
        }
        boolean utf8 = args.skipAtom("UTF8");
        if (utf8) {
            args.enter();
        }
        boolean binary = args.literalIsBinary();
        long size =
                switch (args.literal()) {
                    case ImapString.Octets o -> o.octets().length;
                    case ImapString.OmittedLiteral(long n) -> n;
                    case ImapString.Nil() -> throw args.malformed("a literal");
                };
        if (utf8 && !args.end()) {
            args.leave();
        }
        return new Message(flags, date, binary, utf8, false, size);
    }

    /// The parts' list may not be complete yet.
    private static void catenate(Tokens args) throws MalformedException {
        args.enter();
        while (!args.end() && args.peek() != Tokens.Kind.CLOSE) {
            args.skipValue();
        }
        if (!args.end()) {
            args.leave();
        }
    }
}
