package org.imapmirror.capture;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.MailboxNames;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.SequenceSet;
import org.imapmirror.imap.Tokens;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// Reads a command's arguments, with the session as it is when the command is forwarded.
final class CommandReader {
    private final AccountTracker tracker;
    private final SessionView session;

    /// What reading a command needs to know of its session, and may ask of it.
    interface SessionView extends SelectCapture.Selection {
        @Nullable Selected selected();

        SearchCapture.Saved saved();

        /// Mailbox names are UTF-8.
        boolean utf8();
    }

    CommandReader(AccountTracker tracker, SessionView session) {
        this.tracker = tracker;
        this.session = session;
    }

    /// @param probed what a [Probe] before the command has learned, null where there was none or it
    ///   failed
    Pending read(ClientCommand command, WireMessage message, @Nullable UidSet probed) {
        try {
            Tokens tokens = message.tokens(command.arguments());
            Selected selected = session.selected();
            return switch (command.verb()) {
                case "STORE", "COPY", "MOVE", "FETCH", "EXPUNGE", "CLOSE", "SEARCH", "SORT" ->
                        selected == null
                                ? withoutMailbox(command)
                                : onMessages(command, tokens, selected, probed);
                case "SELECT", "EXAMINE" -> select(command, tokens);
                case "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE" ->
                        tree(command, tokens);
                case "UNSELECT" -> new UnselectCapture(command.tag(), session);
                case "IDLE" -> new IdleCapture(command.tag());
                default -> plain(command);
            };
        } catch (MalformedException _) {
            return notUnderstood(command);
        }
    }

    /// The server will say BAD; if it does not, nobody knows what happened.
    private static Pending withoutMailbox(ClientCommand command) {
        return command.verb().equals("SEARCH") || command.verb().equals("SORT")
                ? plain(command)
                : PlainCapture.unknown(command.tag(), command.safeVerb());
    }

    private static Pending plain(ClientCommand command) {
        return Verbs.isHarmless(command.verb())
                ? PlainCapture.harmless(command.tag(), command.safeVerb(), false)
                : PlainCapture.unknown(command.tag(), command.safeVerb());
    }

    private Pending notUnderstood(ClientCommand command) {
        Selected selected = session.selected();
        if (command.verb().equals("FETCH") && selected != null) {
            return new FetchCapture(command.tag(), selected, Targets.UNKNOWN, command.uid(), true);
        }
        return plain(command);
    }

    private Pending onMessages(
            ClientCommand command, Tokens tokens, Selected selected, @Nullable UidSet probed)
            throws MalformedException {
        String tag = command.tag();
        boolean uid = command.uid();
        return switch (command.verb()) {
            case "CLOSE" -> new CloseCapture(tag, selected, probed, () -> session.select(null));
            case "EXPUNGE" -> {
                Targets targets = uid ? targets(tokens.sequenceSet(), true, selected, null) : null;
                yield new ExpungeCapture(tag, selected, targets, probed);
            }
            case "SEARCH", "SORT" -> {
                boolean saves = savesResult(tokens);
                yield new SearchCapture(tag, selected, uid, saves, session.saved());
            }
            case "STORE" -> {
                Targets targets = targets(tokens.sequenceSet(), uid, selected, probed);
                StoreCapture.Change change = change(tokens);
                yield change == null
                        ? PlainCapture.unknown(tag, command.safeVerb())
                        : new StoreCapture(tag, selected, targets, uid, change);
            }
            case "FETCH" -> {
                Targets targets = targets(tokens.sequenceSet(), uid, selected, probed);
                yield new FetchCapture(tag, selected, targets, uid, maySetSeen(tokens));
            }
            default -> {
                Targets targets = targets(tokens.sequenceSet(), uid, selected, probed);
                Box target = box(tokens);
                boolean moves = command.verb().equals("MOVE");
                yield new CopyCapture(tag, tracker, selected, targets, target, uid, moves);
            }
        };
    }

    private Targets targets(
            SequenceSet set, boolean uid, Selected selected, @Nullable UidSet probed) {
        if (!set.saved()) {
            return uid ? Targets.ofUids(set, selected.map) : Targets.ofNumbers(set, selected.map);
        }
        if (session.saved().isEmpty()) {
            return Targets.NONE;
        }
        return probed == null
                ? Targets.UNKNOWN
                : new Targets(probed, UidSet.EMPTY, UidSet.EMPTY, false);
    }

    /// @return null where it is not flags that are stored
    private static StoreCapture.@Nullable Change change(Tokens tokens) throws MalformedException {
        boolean conditional = false;
        if (tokens.peek() == Tokens.Kind.OPEN) {
            tokens.enter();
            conditional = tokens.skipAtom("UNCHANGEDSINCE");
            if (!conditional) {
                return null;
            }
            var unused = tokens.number();
            tokens.leave();
        }
        String item = tokens.atom().toUpperCase(Locale.ROOT);
        boolean silent = item.endsWith(".SILENT");
        if (silent) {
            item = item.substring(0, item.length() - ".SILENT".length());
        }
        FlagChange how =
                switch (item) {
                    case "FLAGS" -> FlagChange.NOW;
                    case "+FLAGS" -> FlagChange.ADDED;
                    case "-FLAGS" -> FlagChange.REMOVED;
                    default -> null;
                };
        if (how == null) {
            return null;
        }
        List<String> given = tokens.atoms();
        Flags flags = Flags.of(given);
        boolean repeated = given.size() > flags.list().size();
        return new StoreCapture.Change(how, flags, repeated, silent, conditional);
    }

    /// True where an item is content without PEEK, or cannot be told.
    static boolean maySetSeen(Tokens tokens) throws MalformedException {
        if (tokens.peek() != Tokens.Kind.OPEN) {
            return setsSeen(tokens.itemName());
        }
        tokens.enter();
        boolean found = false;
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            if (tokens.peek() == Tokens.Kind.OPEN) {
                tokens.skipValue();
            } else {
                found |= setsSeen(tokens.itemName());
            }
        }
        return found;
    }

    private static boolean setsSeen(String item) {
        return item.startsWith("BODY[")
                || item.startsWith("BINARY[")
                || item.equals("RFC822")
                || item.equals("RFC822.TEXT");
    }

    private static boolean savesResult(Tokens tokens) throws MalformedException {
        if (!tokens.skipAtom("RETURN")) {
            return false;
        }
        tokens.enter();
        boolean saves = false;
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            if (tokens.peek() == Tokens.Kind.ATOM) {
                saves |= tokens.atom().equalsIgnoreCase("SAVE");
            } else {
                tokens.skipValue();
            }
        }
        return saves;
    }

    private Pending select(ClientCommand command, Tokens tokens) throws MalformedException {
        boolean readOnly = command.verb().equals("EXAMINE");
        Selected next = new Selected(box(tokens), readOnly);
        return new SelectCapture(command.tag(), tracker, session, next);
    }

    private Pending tree(ClientCommand command, Tokens tokens) throws MalformedException {
        TreeCapture.Verb verb = TreeCapture.Verb.valueOf(command.verb());
        byte[] name = tokens.astringOctets();
        byte[] to = verb == TreeCapture.Verb.RENAME ? tokens.astringOctets() : null;
        String use = verb == TreeCapture.Verb.CREATE ? specialUse(tokens) : null;
        return new TreeCapture(
                command.tag(),
                tracker,
                verb,
                tracker.open(MailboxNames.decode(name, session.utf8())),
                to == null ? null : tracker.open(MailboxNames.decode(to, session.utf8())),
                use);
    }

    /// `(USE (\Archive))` of CREATE (RFC 6154 section 3).
    private static @Nullable String specialUse(Tokens tokens) throws MalformedException {
        if (tokens.peek() != Tokens.Kind.OPEN) {
            return null;
        }
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            if (tokens.skipAtom("USE")) {
                List<String> uses = tokens.atoms();
                return uses.isEmpty() ? null : uses.getFirst();
            }
            tokens.skipValue();
        }
        return null;
    }

    private Box box(Tokens tokens) throws MalformedException {
        return tracker.open(MailboxNames.decode(tokens.astringOctets(), session.utf8()));
    }

    /// The set that a command line begins with, null where there is none.
    static @Nullable SequenceSet leadingSet(byte[] line, int offset) {
        String rest =
                new String(line, offset, line.length - offset, StandardCharsets.ISO_8859_1).strip();
        int end = rest.indexOf(' ');
        try {
            return SequenceSet.parse(end < 0 ? rest : rest.substring(0, end));
        } catch (MalformedException _) {
            return null;
        }
    }
}
