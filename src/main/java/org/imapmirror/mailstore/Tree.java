package org.imapmirror.mailstore;

import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.Response.ListItem;
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
import java.util.function.Function;
import java.util.stream.Collectors;

/// Lists and inspects the mailboxes of the personal namespaces.
final class Tree {
    private static final String INBOX = "INBOX";
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
                    response -> {
                        boolean root = response instanceof ListItem;
                        if (response instanceof ListItem item) {
                            personal.add(new Namespace("", separator(item.delimiter())));
                        }
                        return root;
                    });
        }
        if (personal.isEmpty()) {
            personal.add(new Namespace("", '\0'));
        }
    }

    private boolean onNamespace(Response response) {
        if (!(response instanceof Response.Namespace namespaces)) {
            return false;
        }
        for (Response.Prefix own : namespaces.personal()) {
            personal.add(new Namespace(own.prefix(), separator(own.delimiter())));
        }
        namespaces.others().forEach(other -> foreign.add(other.prefix()));
        namespaces.shared().forEach(shared -> foreign.add(shared.prefix()));
        return true;
    }

    private static char separator(@Nullable Character delimiter) {
        return delimiter == null ? '\0' : delimiter;
    }

    Namespace personal() {
        return personal.getFirst();
    }

    List<Listed> list() throws StoreException {
        return list(true);
    }

    /// Without special uses, where they are not told anyway. Dovecot looks into the mailboxes for
    /// whatever else is asked for with a listing, also into one that a client is just making, so
    /// that its CREATE fails.
    List<Listed> names() throws StoreException {
        return list(false);
    }

    private List<Listed> list(boolean uses) throws StoreException {
        Listing listing = new Listing(null, uses);
        listing.send();
        return listing.result();
    }

    /// All mailboxes and their numbers, in one round trip where no others are there than expected.
    /// Nothing is asked for with the listing but names, as in [#names()].
    Census census(Collection<String> expected) throws StoreException {
        Census told = census(expected, new Listing(null, false));
        Map<String, Status> statuses = new HashMap<>(told.statuses());
        Set<String> untold = new TreeSet<>();
        for (Listed l : told.listed()) {
            if (l.selectable() && !statuses.containsKey(l.name())) {
                untold.add(l.name());
            }
        }
        if (untold.isEmpty()) {
            return told;
        }
        statusEach(untold, statuses);
        Map<String, String> uses = specialUses(untold);
        return new Census(
                told.listed().stream().map(l -> withSpecialUse(l, uses.get(l.name()))).toList(),
                statuses);
    }

    /// All mailboxes, and the numbers of those that are expected to be there, in one round trip;
    /// the numbers of others only where the server tells them with its listing.
    Census glance(Collection<String> expected) throws StoreException {
        boolean together = expected.size() >= MANY && listsWithStatus();
        return census(expected, new Listing(together ? new HashMap<>() : null, true));
    }

    private boolean tellsSpecialUses() {
        return connection.has("LIST-EXTENDED") && connection.has("SPECIAL-USE");
    }

    private boolean listsWithStatus() {
        return connection.has("LIST-EXTENDED") && connection.has("LIST-STATUS");
    }

    private Census census(Collection<String> expected, Listing listing) throws StoreException {
        listing.send();
        Map<String, Status> statuses = listing.statuses;
        if (statuses == null) {
            statuses = new HashMap<>();
            statusEach(expected, statuses);
        }
        List<Listed> listed = listing.result();
        statuses.keySet()
                .retainAll(
                        listed.stream()
                                .filter(Listed::selectable)
                                .map(Listed::name)
                                .collect(Collectors.toSet()));
        return new Census(listed, statuses);
    }

    /// The commands of one listing, all under way at once.
    private final class Listing {
        private final Map<String, Listed> found = new LinkedHashMap<>();
        private final Set<String> subscribed = new HashSet<>();
        private final List<SentCommand> sent = new ArrayList<>();
        private final boolean extended = connection.has("LIST-EXTENDED");
        private final @Nullable Map<String, Status> statuses;
        private final boolean uses;

        /// @param statuses takes the mailboxes' numbers, which are asked for with the names; null
        ///   for the names alone
        /// @param uses whether special uses are asked for
        Listing(@Nullable Map<String, Status> statuses, boolean uses) {
            this.statuses = statuses;
            this.uses = uses;
        }

        void send() throws StoreException {
            for (String prefix : prefixes()) {
                CommandText all = below(CommandText.of("LIST").word("\"\""), prefix);
                String options = options();
                sent.add(
                        connection.send(
                                options.isEmpty() ? all : all.word("RETURN (" + options + ")"),
                                this::takeName));
                sent.add(
                        connection.send(
                                below(
                                        CommandText.of(extended ? "LIST" : "LSUB")
                                                .word(extended ? "(SUBSCRIBED) \"\"" : "\"\""),
                                        prefix),
                                this::takeSubscription));
            }
        }

        private String options() {
            List<String> out = new ArrayList<>();
            if (uses && tellsSpecialUses()) {
                out.add("SPECIAL-USE");
            }
            if (statuses != null) {
                out.add("STATUS " + items());
            }
            return String.join(" ", out);
        }

        private boolean takeName(Response response) {
            if (response instanceof ListItem item) {
                Listed entry = entry(item);
                found.put(entry.name(), entry);
                return true;
            }
            return statuses != null && onStatus(response, statuses);
        }

        private boolean takeSubscription(Response response) {
            if (!(response instanceof ListItem item)) {
                return false;
            }
            Listed entry = entry(item);
            if (extended || !isOnlyParent(entry)) {
                subscribed.add(entry.name());
                found.computeIfAbsent(entry.name(), _ -> absent(entry));
            }
            return true;
        }

        List<Listed> result() throws StoreException {
            StoreException refused = null;
            for (SentCommand command : sent) {
                Response.Tagged answer = connection.await(command);
                if (refused == null && !Failures.isOk(answer)) {
                    refused = connection.failures().refusal(command.verb(), answer);
                }
            }
            if (refused != null) {
                throw refused;
            }
            return found.values().stream()
                    .filter(entry -> !isForeign(entry.name()))
                    .map(entry -> withSubscribed(entry, subscribed.contains(entry.name())))
                    .toList();
        }
    }

    /// LSUB may also tell the parents of what is subscribed, which are not (RFC 3501 section 6.3.9
    /// has that for `%`; Courier tells them for `*` too).
    private static boolean isOnlyParent(Listed lsub) {
        return lsub.attributes().contains("\\noselect");
    }

    /// What the names of personal mailboxes begin with; INBOX first where it is not below one.
    private List<String> prefixes() {
        List<String> out = new ArrayList<>(personal.stream().map(Namespace::prefix).toList());
        if (!out.contains("")) {
            out.addFirst(INBOX);
        }
        return out;
    }

    private static CommandText below(CommandText command, String prefix) {
        return prefix.equals(INBOX) ? command.mailbox(INBOX) : command.allBelow(prefix);
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

    private static Listed withSpecialUse(Listed entry, @Nullable String specialUse) {
        return specialUse == null
                ? entry
                : new Listed(
                        entry.name(),
                        entry.separator(),
                        entry.attributes(),
                        specialUse,
                        entry.subscribed(),
                        entry.selectable());
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

    private void list(CommandText command, Entries entries) throws StoreException {
        connection.run(
                command,
                response -> {
                    if (response instanceof ListItem item) {
                        entries.take(entry(item));
                        return true;
                    }
                    return false;
                });
    }

    private static Listed entry(ListItem item) {
        Set<String> attributes = new TreeSet<>();
        String specialUse = null;
        for (String attribute : item.attributes()) {
            String lower = attribute.toLowerCase(Locale.ROOT);
            attributes.add(lower);
            if (SPECIAL_USES.contains(lower)) {
                specialUse = attribute;
            }
        }
        return new Listed(
                item.name().value(),
                separator(item.delimiter()),
                attributes,
                specialUse,
                attributes.contains("\\subscribed"),
                !item.isNoMailbox());
    }

    /// The entry of just this name; null where there is none.
    @Nullable Listed find(String name) throws StoreException {
        if (name.indexOf('*') >= 0 || name.indexOf('%') >= 0) {
            return list().stream().filter(e -> e.name().equals(name)).findFirst().orElse(null);
        }
        Listed[] found = {null};
        list(
                CommandText.of("LIST").word("\"\"").mailbox(name),
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
        statusEach(new TreeSet<>(names), found);
        return found;
    }

    private void statusEach(Collection<String> names, Map<String, Status> found)
            throws StoreException {
        each(
                names,
                name -> CommandText.of("STATUS").mailbox(name).word(items()),
                response -> onStatus(response, found));
    }

    /// By name; those without one are absent. No other mailbox is looked into.
    private Map<String, String> specialUses(Collection<String> names) throws StoreException {
        Map<String, String> found = new HashMap<>();
        if (tellsSpecialUses()) {
            each(
                    names,
                    name ->
                            CommandText.of("LIST")
                                    .word("\"\"")
                                    .mailbox(name)
                                    .word("RETURN (SPECIAL-USE)"),
                    response -> {
                        if (!(response instanceof ListItem item)) {
                            return false;
                        }
                        Listed entry = entry(item);
                        if (entry.specialUse() instanceof String use) {
                            found.put(entry.name(), use);
                        }
                        return true;
                    });
        }
        return found;
    }

    /// Sends a command for each mailbox, many at once; mailboxes that are not there are left out.
    private void each(
            Collection<String> names,
            Function<String, CommandText> command,
            SentCommand.Untagged untagged)
            throws StoreException {
        Deque<String> left = new ArrayDeque<>(names);
        Deque<SentCommand> underWay = new ArrayDeque<>();
        StoreException refused = null;
        while (!left.isEmpty() || !underWay.isEmpty()) {
            if (left.isEmpty() || underWay.size() == WINDOW) {
                SentCommand oldest = underWay.remove();
                Response.Tagged answer = connection.await(oldest);
                if (!Failures.isOk(answer) && !meansAbsent(answer)) {
                    refused = connection.failures().refusal(oldest.verb(), answer);
                    left.clear();
                }
            } else {
                underWay.add(connection.send(command.apply(left.remove()), untagged));
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    /// A NO to STATUS means that there is no such mailbox, unless it says something else.
    private static boolean meansAbsent(Response.Tagged answer) {
        return answer.status() == Response.Status.NO
                && (answer.code().is("NONEXISTENT")
                        || answer.code().is("NOPERM")
                        || answer.code().is("CANNOT")
                        || (answer.code() instanceof Code.None
                                && Failures.outlook(answer) == Outlook.UNKNOWN));
    }

    private String items() {
        return "(UIDVALIDITY UIDNEXT MESSAGES UNSEEN"
                + (connection.has("CONDSTORE") || connection.has("QRESYNC") ? " HIGHESTMODSEQ" : "")
                + (connection.traits().statusTellsMailboxId() ? " MAILBOXID" : "")
                + ")";
    }

    private static boolean onStatus(Response response, Map<String, Status> found) {
        if (!(response instanceof Response.MailboxStatus status)) {
            return false;
        }
        Map<String, Long> items = status.items();
        found.put(
                status.name().value(),
                new Status(
                        items.getOrDefault("UIDVALIDITY", 0L),
                        items.getOrDefault("UIDNEXT", 0L),
                        items.getOrDefault("MESSAGES", 0L),
                        items.getOrDefault("UNSEEN", 0L),
                        items.getOrDefault("HIGHESTMODSEQ", 0L),
                        status.mailboxId()));
        return true;
    }
}
