package org.imapmirror.capture;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.MailboxNames;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.SequenceSet;
import org.imapmirror.imap.Tokens;
import org.imapmirror.imap.WireMessage;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Understands the primary's responses, as far as capture cares. Never fails: what is malformed is
/// [Heard.Garbled] where it might have mattered.
final class Listener {
    private Listener() {}

    /// @param utf8 true where mailbox names are UTF-8
    static Heard hear(WireMessage message, boolean utf8) {
        byte[] line = message.firstLine();
        if (line.length == 0) {
            return new Heard.Other();
        }
        if (line[0] == '+') {
            return new Heard.Continuation();
        }
        if (line[0] != '*' || line.length < 2 || line[1] != ' ') {
            return tagged(line);
        }
        String kind = "a response";
        try {
            Tokens tokens = message.tokens(2);
            String word = tokens.atom().toUpperCase(Locale.ROOT);
            kind = word;
            if (Character.isDigit(word.charAt(0))) {
                kind = tokens.atom().toUpperCase(Locale.ROOT);
                return numbered(word, kind, tokens);
            }
            return switch (word) {
                case "OK" -> untagged(Reply.Status.OK, line, tokens.offset());
                case "NO" -> untagged(Reply.Status.NO, line, tokens.offset());
                case "BAD" -> untagged(Reply.Status.BAD, line, tokens.offset());
                case "VANISHED" -> vanished(tokens);
                case "SEARCH" -> search(tokens);
                case "ESEARCH" -> esearch(tokens);
                case "ENABLED" -> enabled(tokens);
                case "LIST" -> listed(tokens, utf8);
                case "STATUS" -> status(tokens, utf8);
                default -> new Heard.Other();
            };
        } catch (MalformedException _) {
            return switch (kind) {
                case "EXISTS", "EXPUNGE", "FETCH", "UIDFETCH", "VANISHED" ->
                        new Heard.Garbled(kind);
                case "SEARCH", "ESEARCH" -> new Heard.Search(null, false, null);
                default -> new Heard.Other();
            };
        }
    }

    private static Heard tagged(byte[] line) {
        String text = new String(line, StandardCharsets.ISO_8859_1);
        int space = text.indexOf(' ');
        if (space < 1) {
            return new Heard.Other();
        }
        int end = text.indexOf(' ', space + 1);
        String word = text.substring(space + 1, end < 0 ? text.length() : end);
        for (Reply.Status status : Reply.Status.values()) {
            if (word.equalsIgnoreCase(status.name())) {
                Reply.Code code = code(line, end < 0 ? text.length() : end);
                return new Heard.Tagged(text.substring(0, space), new Reply(status, code));
            }
        }
        return new Heard.Other();
    }

    private static Heard untagged(Reply.Status status, byte[] line, int offset)
            throws MalformedException {
        Reply.Code code = code(line, offset);
        if (code != null && code.name().equals("PERMANENTFLAGS")) {
            byte[] flags = code.text().getBytes(StandardCharsets.ISO_8859_1);
            return new Heard.PermanentFlags(Tokens.of(flags).flags());
        }
        return new Heard.Untagged(new Reply(status, code));
    }

    private static Reply.@Nullable Code code(byte[] line, int offset) {
        String text =
                new String(line, offset, line.length - offset, StandardCharsets.ISO_8859_1).strip();
        int close = text.indexOf(']');
        return text.startsWith("[") && close > 1 ? Reply.Code.of(text.substring(1, close)) : null;
    }

    private static Heard numbered(String number, String kind, Tokens tokens)
            throws MalformedException {
        long n = number.equals("0") ? 0 : Reply.number(number);
        if (n > Integer.MAX_VALUE && !kind.equals("UIDFETCH")) {
            return new Heard.Garbled(kind);
        }
        return switch (kind) {
            case "EXISTS" -> new Heard.Exists((int) n);
            case "EXPUNGE" -> new Heard.Expunge((int) n);
            case "FETCH" -> fetch((int) n, 0, tokens);
            case "UIDFETCH" -> fetch(0, n, tokens);
            default -> new Heard.Other();
        };
    }

    private static Heard fetch(int number, long uidOfResponse, Tokens tokens)
            throws MalformedException {
        long uid = uidOfResponse;
        Flags flags = null;
        boolean modSeq = false;
        boolean body = false;
        int items = 0;
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            String item = tokens.itemName();
            items++;
            switch (item) {
                case "UID" -> uid = tokens.nonZero();
                case "FLAGS" -> flags = tokens.flags();
                case "MODSEQ" -> {
                    modSeq = true;
                    tokens.skipValue();
                }
                default -> {
                    body |= isContent(item);
                    tokens.skipValue();
                }
            }
        }
        tokens.leave();
        boolean onlyUid = items == 1 && uid != 0 && uidOfResponse == 0;
        return new Heard.Fetch(new FetchData(number, uid, flags, modSeq, body, onlyUid));
    }

    private static boolean isContent(String item) {
        return item.startsWith("BODY[")
                || item.startsWith("BINARY[")
                || item.equals("RFC822")
                || item.equals("RFC822.TEXT");
    }

    private static Heard vanished(Tokens tokens) throws MalformedException {
        boolean earlier = tokens.peek() == Tokens.Kind.OPEN;
        if (earlier) {
            tokens.skipValue();
        }
        return new Heard.Vanished(earlier, plain(tokens.sequenceSet()));
    }

    private static Heard search(Tokens tokens) throws MalformedException {
        UidSet.Builder members = new UidSet.Builder();
        while (tokens.peek() == Tokens.Kind.ATOM) {
            members.add(tokens.nonZero());
        }
        return new Heard.Search(null, false, members.build());
    }

    private static Heard esearch(Tokens tokens) throws MalformedException {
        String tag = null;
        if (tokens.peek() == Tokens.Kind.OPEN) {
            tokens.enter();
            if (tokens.skipAtom("TAG")) {
                tag = new String(tokens.astringOctets(), StandardCharsets.ISO_8859_1);
            }
            tokens.leaveSkipping();
        }
        boolean uids = tokens.skipAtom("UID");
        UidSet members = null;
        boolean others = false;
        while (tokens.peek() == Tokens.Kind.ATOM) {
            String name = tokens.atom().toUpperCase(Locale.ROOT);
            if (name.equals("ALL")) {
                members = plain(tokens.sequenceSet());
            } else {
                others = true;
                tokens.skipValue();
            }
        }
        // No ALL where ALL was asked for: no member.
        return new Heard.Search(tag, uids, members == null && !others ? UidSet.EMPTY : members);
    }

    private static UidSet plain(SequenceSet set) throws MalformedException {
        if (set.hasStar() || set.saved()) {
            throw new MalformedException("a set without *", 0);
        }
        return set.resolve(0);
    }

    private static Heard enabled(Tokens tokens) throws MalformedException {
        Set<String> extensions = new HashSet<>();
        while (tokens.peek() == Tokens.Kind.ATOM) {
            extensions.add(tokens.atom().toUpperCase(Locale.ROOT));
        }
        return new Heard.Enabled(extensions);
    }

    private static Heard listed(Tokens tokens, boolean utf8) throws MalformedException {
        List<String> attributes = tokens.atoms();
        tokens.skipValue();
        MailboxName name = MailboxNames.decode(tokens.astringOctets(), utf8);
        boolean renamed = false;
        if (tokens.peek() == Tokens.Kind.OPEN) {
            tokens.enter();
            while (tokens.peek() != Tokens.Kind.CLOSE) {
                String item = new String(tokens.astringOctets(), StandardCharsets.ISO_8859_1);
                renamed |= item.equalsIgnoreCase("OLDNAME");
                tokens.skipValue();
            }
        }
        boolean exists = attributes.stream().noneMatch(a -> a.equalsIgnoreCase("\\NonExistent"));
        return new Heard.Listed(name, exists || renamed, renamed);
    }

    private static Heard status(Tokens tokens, boolean utf8) throws MalformedException {
        MailboxName name = MailboxNames.decode(tokens.astringOctets(), utf8);
        long messages = -1;
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            if (tokens.skipAtom("MESSAGES")) {
                messages = tokens.number();
            } else {
                tokens.skipValue();
            }
        }
        return new Heard.Status(name, messages);
    }
}
