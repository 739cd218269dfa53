package org.imapmirror.mailstore;

import org.imapmirror.mailstore.Cursor.MalformedReply;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Lists and inspects the mailboxes of the personal namespaces.
final class Tree {
    private static final int WINDOW = 50;

    /// From this many names on, one LIST-STATUS costs less than a STATUS each.
    private static final int MANY = 4;

    private static final Set<String> SPECIAL_USES =
            Set.of(
                    "\\all",
                    "\\archive",
                    "\\drafts",
                    "\\flagged",
                    "\\important",
                    "\\junk",
                    "\\sent",
                    "\\trash");

    private final Connection connection;
    private final List<Namespace> personal = new ArrayList<>();

    /// Prefixes of other users' and shared mailboxes.
    private final List<String> foreign = new ArrayList<>();

    Tree(Connection connection) throws StoreException {
        this.connection = connection;
        if (connection.has("NAMESPACE")) {
            connection.run(CommandText.of("NAMESPACE"), this::onNamespace);
        }
        if (personal.isEmpty()) {
            connection.run(
                    CommandText.of("LIST").word("\"\" \"\""),
                    reply -> {
                        boolean list = reply.is("LIST");
                        if (list) {
                            reply.data().value();
                            personal.add(new Namespace("", separator(reply.data().value())));
                        }
                        return list;
                    });
        }
        if (personal.isEmpty()) {
            personal.add(new Namespace("", '\0'));
        }
    }

    private boolean onNamespace(Reply reply) throws MalformedReply {
        if (!reply.is("NAMESPACE")) {
            return false;
        }
        for (Value namespace : reply.data().value().items()) {
            personal.add(new Namespace(prefix(namespace), separator(namespace.items().get(1))));
        }
        for (int group = 0; group < 2; group++) {
            for (Value namespace : reply.data().value().items()) {
                foreign.add(prefix(namespace));
            }
        }
        return true;
    }

    private static String prefix(Value namespace) throws MalformedReply {
        List<Value> parts = namespace.items();
        String prefix = parts.size() < 2 ? null : parts.getFirst().string();
        if (prefix == null) {
            throw new MalformedReply("a namespace without prefix");
        }
        return Utf7.decode(prefix);
    }

    private static char separator(Value value) {
        String text = value.string();
        return text == null || text.isEmpty() ? '\0' : text.charAt(0);
    }

    Namespace personal() {
        return personal.getFirst();
    }

    List<Listed> list() throws StoreException {
        Map<String, Listed> found = new LinkedHashMap<>();
        Set<String> subscribed = new HashSet<>();
        boolean extended = connection.has("LIST-EXTENDED");
        String options = extended && connection.has("SPECIAL-USE") ? "RETURN (SPECIAL-USE)" : "";
        for (String pattern : patterns()) {
            list("LIST", "", pattern, options, entry -> found.put(entry.name(), entry));
            list(
                    extended ? "LIST" : "LSUB",
                    extended ? "(SUBSCRIBED)" : "",
                    pattern,
                    "",
                    entry -> {
                        subscribed.add(entry.name());
                        found.computeIfAbsent(entry.name(), _ -> absent(entry));
                    });
        }
        return found.values().stream()
                .filter(entry -> !isForeign(entry.name()))
                .map(entry -> withSubscribed(entry, subscribed.contains(entry.name())))
                .toList();
    }

    /// INBOX, and what is below the personal prefixes.
    private List<String> patterns() {
        List<String> out = new ArrayList<>();
        boolean inbox = false;
        for (Namespace namespace : personal) {
            inbox |= namespace.prefix().isEmpty();
            out.add(Utf7.encode(namespace.prefix()) + "*");
        }
        if (!inbox) {
            out.addFirst("INBOX");
        }
        return out;
    }

    private boolean isForeign(String name) {
        return foreign.stream()
                .anyMatch(prefix ->
                        !prefix.isEmpty()
                                && isAtOrBelow(prefix, name)
                                && personal.stream().noneMatch(own -> isWithin(own, name, prefix)));
    }

    private static boolean isAtOrBelow(String prefix, String name) {
        return name.startsWith(prefix)
                || (prefix.startsWith(name) && prefix.length() == name.length() + 1);
    }

    /// The personal prefix is the longer one, so that the name belongs to it.
    private static boolean isWithin(Namespace own, String name, String foreignPrefix) {
        return own.prefix().length() > foreignPrefix.length() && name.startsWith(own.prefix());
    }

    private static Listed absent(Listed subscribed) {
        Set<String> attributes = new TreeSet<>(subscribed.attributes());
        attributes.add("\\nonexistent");
        return new Listed(subscribed.name(), subscribed.separator(), attributes, null, true, false);
    }

    private static Listed withSubscribed(Listed entry, boolean subscribed) {
        return new Listed(
                entry.name(),
                entry.separator(),
                entry.attributes(),
                entry.specialUse(),
                subscribed,
                entry.selectable());
    }

    /// Takes an entry of a listing.
    private interface Entries {
        void take(Listed entry);
    }

    private void list(
            String verb, String selection, String pattern, String options, Entries entries)
            throws StoreException {
        CommandText command = CommandText.of(verb);
        if (!selection.isEmpty()) {
            command.word(selection);
        }
        command.word("\"\"").string(pattern);
        if (!options.isEmpty()) {
            command.word(options);
        }
        connection.run(
                command,
                reply -> {
                    boolean ours = reply.is(verb);
                    if (ours) {
                        entries.take(entry(reply.data()));
                    }
                    return ours;
                });
    }

    private static Listed entry(Cursor in) throws MalformedReply {
        Set<String> attributes = new TreeSet<>();
        String specialUse = null;
        for (String attribute : in.value().strings()) {
            String lower = attribute.toLowerCase(Locale.ROOT);
            attributes.add(lower);
            if (SPECIAL_USES.contains(lower)) {
                specialUse = attribute;
            }
        }
        char separator = separator(in.value());
        String name = name(in);
        return new Listed(
                name,
                separator,
                attributes,
                specialUse,
                attributes.contains("\\subscribed"),
                !attributes.contains("\\noselect") && !attributes.contains("\\nonexistent"));
    }

    private static String name(Cursor in) throws MalformedReply {
        Value value = in.value();
        // A mailbox may be called NIL.
        String wire = value instanceof Value.Nil ? "NIL" : value.string();
        if (wire == null) {
            throw new MalformedReply("a mailbox without name");
        }
        String name = Utf7.decode(wire);
        return name.equalsIgnoreCase("INBOX") ? "INBOX" : name;
    }

    /// The entry of just this name; null where there is none.
    @Nullable Listed find(String name) throws StoreException {
        if (name.indexOf('*') >= 0 || name.indexOf('%') >= 0) {
            return list().stream().filter(e -> e.name().equals(name)).findFirst().orElse(null);
        }
        Listed[] found = {null};
        list(
                "LIST",
                "",
                Utf7.encode(name),
                "",
                entry -> {
                    if (entry.name().equals(name)
                            && !entry.attributes().contains("\\nonexistent")) {
                        found[0] = entry;
                    }
                });
        return found[0];
    }

    Map<String, Status> status(Collection<String> names) throws StoreException {
        Map<String, Status> found = new HashMap<>();
        Deque<String> left = new ArrayDeque<>(new TreeSet<>(names));
        if (left.size() >= MANY && connection.has("LIST-STATUS")) {
            for (String pattern : patterns()) {
                connection.run(
                        CommandText.of("LIST")
                                .word("\"\"")
                                .string(pattern)
                                .word("RETURN (STATUS " + items() + ")"),
                        reply -> reply.is("LIST") || onStatus(reply, found));
            }
            found.keySet().retainAll(names);
            left.removeAll(found.keySet());
        }
        Deque<Command> underWay = new ArrayDeque<>();
        StoreException refused = null;
        while (!left.isEmpty() || !underWay.isEmpty()) {
            if (left.isEmpty() || underWay.size() == WINDOW) {
                Command oldest = underWay.remove();
                Reply answer = connection.await(oldest);
                if (!answer.kind().equals("OK") && !meansAbsent(answer)) {
                    refused = connection.refusal(oldest.verb(), answer);
                    left.clear();
                }
            } else {
                underWay.add(
                        connection.send(
                                CommandText.of("STATUS").mailbox(left.remove()).word(items()),
                                reply -> onStatus(reply, found)));
            }
        }
        if (refused != null) {
            throw refused;
        }
        return found;
    }

    /// A NO to STATUS means that there is no such mailbox, unless it says something else.
    private static boolean meansAbsent(Reply answer) {
        return answer.kind().equals("NO")
                && (answer.hasCode("NONEXISTENT")
                        || answer.hasCode("NOPERM")
                        || answer.hasCode("CANNOT")
                        || (answer.code().isEmpty()
                                && Outlook.ofRefusal(null, answer.text()) == Outlook.UNKNOWN));
    }

    private String items() {
        return "(UIDVALIDITY UIDNEXT MESSAGES UNSEEN"
                + (connection.has("CONDSTORE") || connection.has("QRESYNC") ? " HIGHESTMODSEQ" : "")
                + (connection.has("OBJECTID") ? " MAILBOXID" : "")
                + ")";
    }

    private static boolean onStatus(Reply reply, Map<String, Status> found) throws MalformedReply {
        if (!reply.is("STATUS")) {
            return false;
        }
        String name = name(reply.data());
        Map<String, Value> items = new HashMap<>();
        List<Value> list = reply.data().value().items();
        for (int i = 0; i + 1 < list.size(); i += 2) {
            String key = list.get(i).string();
            items.put(key == null ? "" : key.toUpperCase(Locale.ROOT), list.get(i + 1));
        }
        Value id = items.get("MAILBOXID");
        found.put(
                name,
                new Status(
                        number(items, "UIDVALIDITY"),
                        number(items, "UIDNEXT"),
                        number(items, "MESSAGES"),
                        number(items, "UNSEEN"),
                        number(items, "HIGHESTMODSEQ"),
                        id == null ? null : String.join(" ", id.strings())));
        return true;
    }

    private static long number(Map<String, Value> items, String key) {
        Value value = items.get(key);
        return value == null ? 0 : Math.max(0, value.number());
    }
}
