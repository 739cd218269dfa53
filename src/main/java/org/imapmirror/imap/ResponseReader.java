package org.imapmirror.imap;

import org.imapmirror.event.MailboxName;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads one [Response].
final class ResponseReader {
    private final WireMessage message;
    private final boolean utf8;

    ResponseReader(WireMessage message, boolean utf8) {
        this.message = message;
        this.utf8 = utf8;
    }

    Response read() {
        byte[] line = message.firstLine();
        int at = wordEnd(line, 0);
        String first = text(line, 0, at);
        if (first.equals("+") || (first.startsWith("+") && first.length() < 2)) {
            return new Response.Continuation(
                    text(line, Math.min(at + 1, line.length), line.length));
        }
        int from = Math.min(at + 1, line.length);
        int end = wordEnd(line, from);
        String word = text(line, from, end).toUpperCase(Locale.ROOT);
        Response.Status status = status(word);
        if (status != null) {
            StatusText text = StatusText.read(line, Math.min(end + 1, line.length));
            if (first.equals("*")) {
                return new Response.Untagged(status, text.code(), text.text());
            }
            return status == Response.Status.BYE || status == Response.Status.PREAUTH
                    ? new Response.Other(word)
                    : new Response.Tagged(first, status, text.code(), text.text());
        }
        if (!first.equals("*")) {
            return new Response.Other("");
        }
        Tokens tokens = message.tokens(from);
        try {
            return word.isEmpty() || word.charAt(0) < '0' || word.charAt(0) > '9'
                    ? named(tokens)
                    : numbered(tokens);
        } catch (MalformedException _) {
            return new Response.Other(kind(word, line, end));
        }
    }

    /// The kind of `* 5 FETCH` is FETCH.
    private static String kind(String word, byte[] line, int end) {
        if (word.isEmpty() || word.charAt(0) < '0' || word.charAt(0) > '9') {
            return word;
        }
        int from = Math.min(end + 1, line.length);
        return text(line, from, wordEnd(line, from)).toUpperCase(Locale.ROOT);
    }

    private static Response.@Nullable Status status(String word) {
        return switch (word) {
            case "OK" -> Response.Status.OK;
            case "NO" -> Response.Status.NO;
            case "BAD" -> Response.Status.BAD;
            case "BYE" -> Response.Status.BYE;
            case "PREAUTH" -> Response.Status.PREAUTH;
            default -> null;
        };
    }

    private Response numbered(Tokens tokens) throws MalformedException {
        long number = tokens.number();
        String kind = tokens.atom().toUpperCase(Locale.ROOT);
        return switch (kind) {
            case "EXISTS" -> new Response.Exists(number);
            case "RECENT" -> new Response.Recent(number);
            case "EXPUNGE" -> new Response.Expunge(number);
            case "FETCH" -> new FetchReader(tokens).read(number, null);
            case "UIDFETCH" -> new FetchReader(tokens).read(0, number);
            default -> new Response.Other(kind);
        };
    }

    private Response named(Tokens tokens) throws MalformedException {
        String kind = tokens.atom().toUpperCase(Locale.ROOT);
        return switch (kind) {
            case "CAPABILITY" -> new Response.Capability(capabilities(tokens));
            case "ENABLED" -> new Response.Enabled(capabilities(tokens));
            case "FLAGS" -> new Response.FlagsList(tokens.flags());
            case "LIST" -> list(Response.ListKind.LIST, tokens);
            case "LSUB" -> list(Response.ListKind.LSUB, tokens);
            case "XLIST" -> list(Response.ListKind.XLIST, tokens);
            case "STATUS" -> mailboxStatus(tokens);
            case "SEARCH" -> search(tokens);
            case "ESEARCH" -> esearch(tokens);
            case "VANISHED" -> vanished(tokens);
            case "ACL" -> acl(tokens);
            case "QUOTA" -> quota(tokens);
            case "NAMESPACE" ->
                    new Response.Namespace(prefixes(tokens), prefixes(tokens), prefixes(tokens));
            default -> new Response.Other(kind);
        };
    }

    private static CapabilityList capabilities(Tokens tokens) throws MalformedException {
        List<String> names = new ArrayList<>();
        while (!tokens.end()) {
            names.add(tokens.atom());
        }
        return CapabilityList.of(names);
    }

    private Response list(Response.ListKind kind, Tokens tokens) throws MalformedException {
        if (tokens.peek() != Tokens.Kind.OPEN) {
            throw tokens.malformed("attributes");
        }
        List<String> attributes = tokens.atoms();
        Character delimiter = delimiter(tokens);
        MailboxName name = MailboxNames.decode(tokens.astringOctets(), utf8);
        MailboxName oldName = null;
        if (!tokens.end()) {
            tokens.enter();
            while (tokens.peek() != Tokens.Kind.CLOSE) {
                String item = ImapText.decode(tokens.astringOctets());
                if (item.equalsIgnoreCase("OLDNAME")) {
                    tokens.enter();
                    oldName = MailboxNames.decode(tokens.astringOctets(), utf8);
                    tokens.leave();
                } else {
                    tokens.skipValue();
                }
            }
            tokens.leave();
        }
        return new Response.ListItem(kind, List.copyOf(attributes), delimiter, name, oldName);
    }

    private static @Nullable Character delimiter(Tokens tokens) throws MalformedException {
        byte[] octets = tokens.nstringOctets();
        if (octets == null || octets.length == 0) {
            return null;
        }
        String text = ImapText.decode(octets);
        if (text.length() != 1) {
            throw tokens.malformed("one character before");
        }
        return text.charAt(0);
    }

    private Response mailboxStatus(Tokens tokens) throws MalformedException {
        MailboxName name = MailboxNames.decode(tokens.astringOctets(), utf8);
        Map<String, Long> items = new HashMap<>();
        String mailboxId = null;
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            String item = tokens.atom().toUpperCase(Locale.ROOT);
            if (item.equals("MAILBOXID")) {
                tokens.enter();
                mailboxId = tokens.atom();
                tokens.leave();
            } else if (tokens.skipAtom("NIL") || tokens.peek() != Tokens.Kind.ATOM) {
                if (tokens.peek() == Tokens.Kind.OPEN) {
                    tokens.skipValue();
                }
            } else {
                items.put(item, tokens.number());
            }
        }
        tokens.leave();
        return new Response.MailboxStatus(name, Map.copyOf(items), mailboxId);
    }

    private static Response search(Tokens tokens) throws MalformedException {
        UidSet.Builder numbers = new UidSet.Builder();
        Long modseq = null;
        while (!tokens.end()) {
            if (tokens.peek() == Tokens.Kind.OPEN) {
                tokens.enter();
                if (tokens.skipAtom("MODSEQ")) {
                    modseq = tokens.number();
                }
                tokens.leaveSkipping();
            } else {
                numbers.add(tokens.nonZero());
            }
        }
        return new Response.Search(numbers.build(), modseq);
    }

    private static Response esearch(Tokens tokens) throws MalformedException {
        String tag = null;
        if (tokens.peek() == Tokens.Kind.OPEN) {
            tokens.enter();
            while (tokens.peek() != Tokens.Kind.CLOSE) {
                if (tokens.skipAtom("TAG")) {
                    tag = ImapText.decode(tokens.astringOctets());
                } else {
                    tokens.skipValue();
                }
            }
            tokens.leave();
        }
        boolean uid = tokens.skipAtom("UID");
        UidSet all = null;
        Map<String, Long> numbers = new HashMap<>();
        while (!tokens.end()) {
            String item = tokens.atom().toUpperCase(Locale.ROOT);
            switch (item) {
                case "ALL" -> all = uids(tokens);
                case "COUNT", "MIN", "MAX", "MODSEQ" -> numbers.put(item, tokens.number());
                default -> tokens.skipValue();
            }
        }
        return new Response.Esearch(
                tag,
                uid,
                all,
                numbers.get("COUNT"),
                numbers.get("MIN"),
                numbers.get("MAX"),
                numbers.get("MODSEQ"));
    }

    private static Response vanished(Tokens tokens) throws MalformedException {
        boolean earlier = false;
        if (tokens.peek() == Tokens.Kind.OPEN) {
            tokens.enter();
            earlier = tokens.skipAtom("EARLIER");
            tokens.leave();
        }
        return new Response.Vanished(earlier, uids(tokens));
    }

    private Response acl(Tokens tokens) throws MalformedException {
        MailboxName name = MailboxNames.decode(tokens.astringOctets(), utf8);
        Map<String, String> rights = new HashMap<>();
        while (!tokens.end()) {
            String identifier = ImapText.decode(tokens.astringOctets());
            rights.put(identifier, ImapText.decode(tokens.astringOctets()));
        }
        return new Response.Acl(name, Map.copyOf(rights));
    }

    private static Response quota(Tokens tokens) throws MalformedException {
        String root = ImapText.decode(tokens.astringOctets());
        Map<String, Response.Resource> resources = new HashMap<>();
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            String resource = tokens.atom().toUpperCase(Locale.ROOT);
            resources.put(resource, new Response.Resource(tokens.number(), tokens.number()));
        }
        tokens.leave();
        return new Response.Quota(root, Map.copyOf(resources));
    }

    /// A set without `*`; no server writes one.
    private static UidSet uids(Tokens tokens) throws MalformedException {
        SequenceSet set = tokens.sequenceSet();
        if (set.saved() || set.hasStar()) {
            throw tokens.malformed("a set of numbers before");
        }
        return set.resolve(0);
    }

    private List<Response.Prefix> prefixes(Tokens tokens) throws MalformedException {
        List<Response.Prefix> out = new ArrayList<>();
        if (tokens.skipAtom("NIL")) {
            return out;
        }
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            tokens.enter();
            String prefix = MailboxNames.text(tokens.astringOctets(), utf8);
            out.add(new Response.Prefix(prefix, delimiter(tokens)));
            tokens.leaveSkipping();
        }
        tokens.leave();
        return List.copyOf(out);
    }

    private static int wordEnd(byte[] line, int from) {
        int end = from;
        while (end < line.length && line[end] != ' ' && line[end] != '\r') {
            end++;
        }
        return end;
    }

    private static String text(byte[] line, int from, int to) {
        return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
