package org.imapmirror.testing;

import org.eclipse.angus.mail.iap.CommandFailedException;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.BODY;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.IMAPProtocol;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.ListInfo;
import org.eclipse.angus.mail.imap.protocol.Namespaces;
import org.eclipse.angus.mail.imap.protocol.RFC822SIZE;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.eclipse.angus.mail.util.MailLogger;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Reads an account with Angus Mail's protocol layer: LIST, LSUB, EXAMINE and FETCH of everything.
final class AccountReader {
    private static final Set<String> SPECIAL_USES =
            Set.of(
                    "\\All",
                    "\\Archive",
                    "\\Drafts",
                    "\\Flagged",
                    "\\Important",
                    "\\Junk",
                    "\\Sent",
                    "\\Trash");

    /// Bodies are fetched together up to this many octets, so that a large mailbox fits into a
    /// small heap.
    private static final long BATCH_OCTETS = 8 << 20;

    private static final int TIMEOUT_MILLIS = 60_000;

    private final IMAPProtocol imap;
    private String prefix = "";
    private final List<String> foreignPrefixes = new ArrayList<>();

    private AccountReader(IMAPProtocol imap) {
        this.imap = imap;
    }

    static Mailboxes read(Access access) {
        try {
            IMAPProtocol imap = login(access);
            try {
                return new AccountReader(imap).read();
            } finally {
                imap.logout();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ProtocolException e) {
            throw new IllegalStateException(e.getMessage() + " while reading " + access.user(), e);
        }
    }

    private static IMAPProtocol login(Access access) throws IOException, ProtocolException {
        Properties properties = new Properties();
        properties.put("mail.imap.ssl.trust", "*");
        properties.put("mail.imap.ssl.checkserveridentity", "false");
        properties.put("mail.imap.connectiontimeout", TIMEOUT_MILLIS + "");
        properties.put("mail.imap.timeout", TIMEOUT_MILLIS + "");
        PrintStream nowhere =
                new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        IMAPProtocol imap =
                new IMAPProtocol(
                        "imap",
                        access.host(),
                        access.port(),
                        properties,
                        access.tls() == Access.Tls.IMPLICIT,
                        new MailLogger(AccountReader.class, "test", false, nowhere));
        if (access.tls() == Access.Tls.STARTTLS) {
            imap.startTLS();
        }
        imap.login(access.user(), access.password());
        imap.capability();
        return imap;
    }

    private Mailboxes read() throws ProtocolException {
        readNamespaces();
        SortedMap<String, Mailboxes.Mailbox> mailboxes = new TreeMap<>();
        Map<String, SortedSet<String>> uses = specialUses();
        for (ListInfo listed : orNone(imap.list("", "*"))) {
            if (isPersonal(listed.name)
                    && listed.canOpen
                    && !isNonExistent(listed)
                    && exists(listed.name)) {
                SortedSet<String> use = uses.getOrDefault(listed.name, new TreeSet<>());
                mailboxes.put(name(listed), new Mailboxes.Mailbox(use, messages(listed.name)));
            }
        }
        SortedSet<String> subscribed = new TreeSet<>();
        for (ListInfo listed : subscriptions()) {
            if (isPersonal(listed.name) && listed.canOpen) {
                subscribed.add(name(listed));
            }
        }
        return new Mailboxes(mailboxes, subscribed);
    }

    /// Dovecot lists a deleted mailbox that has children as if it could be selected.
    private boolean exists(String name) throws ProtocolException {
        try {
            imap.status(name, new String[] {"MESSAGES"});
            return true;
        } catch (CommandFailedException e) {
            if (String.valueOf(e.getMessage()).contains("Mailbox doesn't exist")) {
                return false;
            }
            throw e;
        }
    }

    /// Subscriptions outlive their mailboxes, and Cyrus keeps these from LSUB.
    private List<ListInfo> subscriptions() throws ProtocolException {
        if (!imap.hasCapability("LIST-EXTENDED")) {
            return List.of(orNone(imap.lsub("", "*")));
        }
        return listed("LIST (SUBSCRIBED) \"\" \"*\"");
    }

    private List<ListInfo> listed(String command) throws ProtocolException {
        List<ListInfo> found = new ArrayList<>();
        for (Response response : succeeded(imap.command(command, null))) {
            if (response instanceof IMAPResponse list && list.keyEquals("LIST")) {
                found.add(new ListInfo(list));
            }
        }
        return found;
    }

    private void readNamespaces() throws ProtocolException {
        if (!imap.hasCapability("NAMESPACE")) {
            return;
        }
        Namespaces spaces = imap.namespace();
        if (spaces == null) {
            return;
        }
        if (spaces.personal != null && spaces.personal.length > 0) {
            prefix = spaces.personal[0].prefix;
        }
        for (Namespaces.Namespace[] foreign : Arrays.asList(spaces.otherUsers, spaces.shared)) {
            if (foreign != null) {
                Arrays.stream(foreign).map(space -> space.prefix).forEach(foreignPrefixes::add);
            }
        }
    }

    private boolean isPersonal(String listed) {
        return foreignPrefixes.stream()
                .noneMatch(foreign -> !foreign.isEmpty() && listed.startsWith(foreign));
    }

    /// The name below the personal namespace, with `/` between its parts.
    private String name(ListInfo listed) {
        String own = listed.name.equalsIgnoreCase("INBOX") ? "INBOX" : listed.name;
        if (!own.equals("INBOX") && own.startsWith(prefix)) {
            own = own.substring(prefix.length());
        }
        return listed.separator == 0 ? own : own.replace(listed.separator, '/');
    }

    private static boolean isNonExistent(ListInfo listed) {
        return listed.attrs != null
                && Arrays.stream(listed.attrs).anyMatch("\\NonExistent"::equalsIgnoreCase);
    }

    /// The special uses by the server's own names. Servers need not tell them in a plain LIST.
    private Map<String, SortedSet<String>> specialUses() throws ProtocolException {
        Map<String, SortedSet<String>> uses = new HashMap<>();
        if (imap.hasCapability("SPECIAL-USE") && imap.hasCapability("LIST-EXTENDED")) {
            for (ListInfo listed : listed("LIST (SPECIAL-USE) \"\" \"*\"")) {
                SortedSet<String> own =
                        Arrays.stream(listed.attrs)
                                .filter(SPECIAL_USES::contains)
                                .collect(Collectors.toCollection(TreeSet::new));
                uses.put(listed.name, own);
            }
        }
        return uses;
    }

    private List<Mailboxes.Message> messages(String mailbox) throws ProtocolException {
        int total = imap.examine(mailbox).total;
        List<Mailboxes.Message> messages = new ArrayList<>();
        if (total == 0) {
            return messages;
        }
        Map<Integer, Long> sizes = new TreeMap<>();
        for (FetchResponse fetched : fetch(1, total, "RFC822.SIZE")) {
            sizes.put(fetched.getNumber(), (long) fetched.getItem(RFC822SIZE.class).size);
        }
        int first = 1;
        long octets = 0;
        SortedMap<Long, Mailboxes.Message> byUid = new TreeMap<>();
        for (int n = 1; n <= total; n++) {
            octets += sizes.getOrDefault(n, 0L);
            if (octets >= BATCH_OCTETS || n == total) {
                for (FetchResponse fetched :
                        fetch(first, n, "UID FLAGS INTERNALDATE BODY.PEEK[]")) {
                    BODY body = fetched.getItem(BODY.class);
                    // Of a message that is just expunged, Dovecot gives NIL.
                    if (body != null && body.getByteArray() != null) {
                        byUid.put(fetched.getItem(UID.class).uid, FetchedMessage.of(fetched, body));
                    }
                }
                first = n + 1;
                octets = 0;
            }
        }
        if (byUid.size() != total) {
            throw new IllegalStateException(
                    "%s has %d messages and %d were read: did it change meanwhile?"
                            .formatted(mailbox, total, byUid.size()));
        }
        messages.addAll(byUid.values());
        return messages;
    }

    private List<FetchResponse> fetch(int first, int last, String items) throws ProtocolException {
        String command = "FETCH %d:%d (%s)".formatted(first, last, items);
        List<FetchResponse> fetched = new ArrayList<>();
        for (Response response : succeeded(imap.command(command, null))) {
            if (response instanceof FetchResponse fetch) {
                fetched.add(fetch);
            }
        }
        return fetched;
    }

    private Response[] succeeded(Response[] responses) throws ProtocolException {
        imap.handleResult(responses[responses.length - 1]);
        return responses;
    }

    private static ListInfo[] orNone(ListInfo @org.jspecify.annotations.Nullable [] listed) {
        return listed == null ? new ListInfo[0] : listed;
    }
}
