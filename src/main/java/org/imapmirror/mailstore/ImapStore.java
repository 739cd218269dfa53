package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Response;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One authenticated connection to a server, for one thread at a time; only [#wake()] may come from
/// another one. Names of mailboxes are plain Unicode in the server's own hierarchy.
///
/// After a [StoreException] of [Kind#GONE] or [Kind#PROTOCOL], and where a body was not handed on
/// to its end, the connection may be of no more use: see [#usable()].
public final class ImapStore implements AutoCloseable {
    /// A connection that was unused has to answer in this time to be used again.
    private static final Duration ALIVE = Duration.ofSeconds(10);

    /// An end of the connection that has arrived is seen in this time.
    private static final Duration GLANCE = Duration.ofMillis(1);

    private static final String NOWHERE = "no-such-mailbox-of-imapmirror";

    private final Session session;
    private final Consumer<ImapStore> onClose;
    private boolean closed;
    private boolean keepsAll;

    /// The mailbox that was open was left because of [#moved].
    private boolean lost;

    /// What belongs to the connection and outlives one borrower of it.
    ///
    /// @param known mailboxes that were selected for writing, with what they can store
    record Session(Connection connection, Tree tree, Watch watch, Map<String, Selected> known) {
        static Session open(Endpoint server, LoginAs login, ClientLimits limits)
                throws StoreException {
            Connection connection = Authentication.open(server, login, limits);
            try {
                return new Session(
                        connection, new Tree(connection), new Watch(connection), new HashMap<>());
            } catch (StoreException | RuntimeException e) {
                connection.abort();
                throw e;
            }
        }

        /// Nothing is under way, and whoever has it next finds no mailbox selected.
        boolean canBeReused() {
            connection.mailbox().forget();
            return connection.usable() && connection.outstanding().isEmpty();
        }

        /// It still answers, and has nothing selected from now on.
        boolean isFresh() {
            try {
                if (connection.mailbox().name() == null) {
                    connection.run(CommandText.of("NOOP"), SentCommand.Untagged.NONE, ALIVE);
                } else {
                    leave();
                }
                return true;
            } catch (StoreException _) {
                return false;
            }
        }

        /// Nothing tells that it ended, and it has nothing selected from now on. Costs no round
        /// trip where the server has UNSELECT: for a connection that was used a moment ago.
        ///
        /// @param trusted an end that the server did not announce need not be seen
        boolean looksFresh(boolean trusted) {
            if (connection.mailbox().name() != null && !connection.has("UNSELECT")) {
                return isFresh();
            }
            try {
                // Words of farewell, or news of the mailbox that was open.
                connection.poll();
                while (!trusted && connection.pump(GLANCE, false) != null) {
                    // Until there are none, or an end without words.
                }
                if (connection.mailbox().name() != null) {
                    var unused = connection.send(leaving(), SentCommand.Untagged.NONE);
                    connection.enter(new Mailbox());
                }
                return connection.usable();
            } catch (StoreException _) {
                return false;
            }
        }

        /// A server tells with STATUS of a mailbox that is selected what it knows of that one, also
        /// when another one has the name by now.
        void leave() throws StoreException {
            try {
                connection.run(leaving(), SentCommand.Untagged.NONE, ALIVE);
            } catch (StoreException e) {
                if (connection.has("UNSELECT") || e.kind() != Kind.REFUSED) {
                    throw e;
                }
            }
            connection.enter(new Mailbox());
        }

        private CommandText leaving() {
            return connection.has("UNSELECT")
                    ? CommandText.of("UNSELECT")
                    // A refused one leaves nothing selected (RFC 9051 section 6.3.2).
                    : CommandText.of("EXAMINE").mailbox(NOWHERE);
        }

        /// As [#leave], in one round trip with what it is done for.
        Census census(Collection<String> expected) throws StoreException {
            if (connection.mailbox().name() == null) {
                return tree.census(expected);
            }
            SentCommand leave = connection.send(leaving(), SentCommand.Untagged.NONE);
            connection.enter(new Mailbox());
            Census census = tree.census(expected);
            Response.Tagged answer = connection.await(leave);
            if (connection.has("UNSELECT") && !Failures.isOk(answer)) {
                throw connection.failures().refusal(leave.verb(), answer);
            }
            return census;
        }
    }

    /// @param onClose gets the session back when the borrower closes it
    ImapStore(Session session, Consumer<ImapStore> onClose) {
        this.session = session;
        this.onClose = onClose;
    }

    /// Connects and logs in.
    public static ImapStore open(Endpoint server, LoginAs login, ClientLimits limits)
            throws StoreException {
        Session session = Session.open(server, login, limits);
        return new ImapStore(session, _ -> session.connection().logout());
    }

    private Connection connection() {
        if (closed) {
            throw new IllegalStateException("bug: this store was closed");
        }
        return session.connection();
    }

    /// The connection for any command but one that leaves the open mailbox or ends the session. A
    /// mailbox that was moved is left first: Dovecot looks after the open one with every command,
    /// by its name, and where another mailbox has the name by then, it damages that one's index, so
    /// that a client's CREATE or APPEND fails or waits.
    private Connection ready() throws StoreException {
        Connection connection = connection();
        if (connection.mailbox().isMoved()) {
            session.leave();
            lost = true;
        }
        return connection;
    }

    private Tree tree() throws StoreException {
        ready();
        return session.tree();
    }

    private TreeChanges treeChanges() throws StoreException {
        return new TreeChanges(ready(), session.tree());
    }

    /// On a selected mailbox.
    private Fetches fetches() throws StoreException {
        requireSelected();
        return new Fetches(connection());
    }

    private Changes changes() throws StoreException {
        requireSelected();
        return new Changes(connection());
    }

    /// @throws StoreException of kind RACE where it was moved since it was opened
    private Selected requireSelected() throws StoreException {
        ready();
        Selected selected = selected();
        if (selected == null && lost) {
            throw connection().race();
        }
        if (selected == null) {
            throw new IllegalStateException("bug: no mailbox is selected");
        }
        return selected;
    }

    /// As [MailboxGate#moving] for this connection. Any thread.
    void moved(String name) {
        Mailbox open = session.connection().mailbox();
        String opened = open.name();
        if (opened != null && opened.startsWith(name)) {
            open.move();
        }
    }

    /// From now on nothing is removed, moved or renamed by this connection: a second lock for an
    /// archive, and for the server that clients work on.
    public ImapStore keepingAll() {
        keepsAll = true;
        return this;
    }

    private void requireMayRemove() {
        if (keepsAll) {
            throw new IllegalStateException("bug: nothing may be removed from " + server().name());
        }
    }

    public Endpoint server() {
        return session.connection().server();
    }

    /// Whether the server offers an extension, for example `UIDPLUS`.
    public boolean has(String capability) {
        return connection().has(capability);
    }

    /// False where nothing more can be done with this connection.
    public boolean usable() {
        return !closed && session.connection().usable();
    }

    /// The first personal namespace.
    public Namespace personal() {
        connection();
        return session.tree().personal();
    }

    /// Everything in the personal namespaces, also names that are only subscribed.
    public List<Listed> list() throws StoreException {
        return tree().list();
    }

    /// As [#list()] without special uses, where the server does not tell them anyway: no mailbox is
    /// looked into, so that a client that is just making one is not disturbed.
    public List<Listed> names() throws StoreException {
        return tree().names();
    }

    /// Everything in the personal namespaces, and the mailboxes' numbers, in one round trip where
    /// no others are there than expected; no mailbox is open afterwards.
    ///
    /// @param expected mailboxes that are probably there
    public Census census(Collection<String> expected) throws StoreException {
        connection();
        return session.census(expected);
    }

    /// Everything in the personal namespaces, and in the same round trip the numbers of the
    /// mailboxes that are expected to be there, and of others where that costs nothing; no mailbox
    /// is open afterwards.
    public Census glance(Collection<String> expected) throws StoreException {
        if (connection().mailbox().name() != null) {
            session.leave();
        }
        return tree().glance(expected);
    }

    /// From now on the server tells expunges by UID, where it can; it is told so once, and no
    /// mailbox is open then.
    ///
    /// @return whether it does (RFC 7162, QRESYNC)
    public boolean enableQresync() throws StoreException {
        Connection connection = ready();
        if (connection.traits().qresync() || !has("QRESYNC") || !has("ENABLE")) {
            return connection.traits().qresync();
        }
        if (connection.mailbox().name() != null) {
            session.leave();
        }
        try {
            connection.run(
                    CommandText.of("ENABLE").word("QRESYNC"),
                    response -> response instanceof Response.Enabled);
        } catch (StoreException e) {
            if (e.kind() != Kind.REFUSED) {
                throw e;
            }
            // Some servers offer what they then refuse.
            return false;
        }
        return connection.traits().qresync();
    }

    /// What is different in the open mailbox since one of its HIGHESTMODSEQs; only with CONDSTORE
    /// or QRESYNC. What vanished is told after [#enableQresync()] only.
    public Changed changedSince(long modseq) throws StoreException {
        return fetches().changedSince(modseq);
    }

    /// One mailbox's numbers each; one that does not exist is absent.
    public Map<String, Status> status(Collection<String> names) throws StoreException {
        return tree().status(names);
    }

    /// One mailbox's numbers; where it is the open one, it is left first, because the server would
    /// tell of that one also when another one has its name by now. Null where it does not exist.
    public @Nullable Status statusAnew(String name) throws StoreException {
        if (name.equals(connection().mailbox().name())) {
            session.leave();
        }
        return status(List.of(name)).get(name);
    }

    /// Opens a mailbox for reading and writing, unless it is open so already. What changed there
    /// since is learned by [#uids()] or [#noop()].
    public Selected select(String name) throws StoreException {
        return enter(name, false);
    }

    /// Opens a mailbox for reading; where it is open already, lets the server tell what changed. A
    /// message that the server has not told of yet would seem not to be there.
    public Selected examine(String name) throws StoreException {
        return enter(name, true);
    }

    private Selected enter(String name, boolean readOnly) throws StoreException {
        Connection connection = connection();
        Mailbox open = connection.mailbox();
        lost = false;
        if (open.isSelected()
                && !open.isMoved()
                && name.equals(open.name())
                && (readOnly || !open.readOnly())) {
            open.reentered();
            if (readOnly) {
                refresh();
            }
            return open.snapshot(name);
        }
        Mailbox mailbox = new Mailbox(name, readOnly);
        connection.enter(mailbox);
        try {
            Response.Tagged answer =
                    connection.run(CommandText.of(readOnly ? "EXAMINE" : "SELECT").mailbox(name));
            mailbox.onSelected(answer);
        } catch (StoreException e) {
            connection.enter(new Mailbox());
            throw e;
        }
        if (mailbox.uidNext() == 0 || mailbox.uidValidity() == 0) {
            Status status = tree().status(List.of(name)).get(name);
            if (status != null) {
                mailbox.learn(status);
            }
        }
        if (mailbox.uidValidity() == 0) {
            connection.enter(new Mailbox());
            throw new StoreException(
                    Kind.UNSUPPORTED,
                    server(),
                    null,
                    "it tells no UIDVALIDITY of a mailbox, so that its messages cannot be told"
                            + " apart");
        }
        Selected selected = mailbox.snapshot(name);
        if (!selected.readOnly()) {
            session.known().put(name, selected);
        }
        return selected;
    }

    /// The open mailbox, with the number of messages that the server last told; null for none.
    public @Nullable Selected selected() {
        Mailbox mailbox = connection().mailbox();
        String name = mailbox.name();
        return name == null || !mailbox.isSelected() ? null : mailbox.snapshot(name);
    }

    /// Those of the flags that a mailbox is known to keep; all that can be sent where it was never
    /// selected here.
    public Flags storable(String mailbox, Flags flags) {
        Selected known = session.known().get(mailbox);
        Flags sendable = Changes.sendable(flags);
        return known == null ? sendable : known.storable(sendable);
    }

    /// All UIDs of the open mailbox.
    ///
    /// @throws StoreException as [Kind#RACE] where their number differs from the number of messages
    ///   at that moment, repeatedly
    public UidSet uids() throws StoreException {
        Fetches fetches = fetches();
        refresh();
        return fetches.uids();
    }

    private void refresh() throws StoreException {
        Mailbox mailbox = ready().mailbox();
        if (mailbox.isStale()) {
            noop();
            mailbox.refreshed();
        }
    }

    /// What the messages are like, ascending; those that do not exist are absent.
    public List<Summary> summaries(UidSet uids) throws StoreException {
        return fetches().summaries(uids);
    }

    /// The same for all messages from a UID on.
    public List<Summary> summariesFrom(long firstUid) throws StoreException {
        return fetches().summariesFrom(firstUid);
    }

    public Map<Long, Flags> flags(UidSet uids) throws StoreException {
        return fetches().flags(uids);
    }

    /// The flags of those that changed after this HIGHESTMODSEQ; only with CONDSTORE.
    public Map<Long, Flags> flagsSince(UidSet uids, long modseq) throws StoreException {
        return fetches().flagsSince(uids, modseq);
    }

    /// Those of the open mailbox that IMAP search keys find (RFC 9051 section 6.4.4).
    public UidSet search(String keys) throws StoreException {
        return fetches().search(keys);
    }

    /// Header fields by name in lower case, unfolded.
    public Map<Long, Map<String, String>> fields(UidSet uids, Collection<String> names)
            throws StoreException {
        for (String name : names) {
            if (!name.matches("[!-9;-~]{1,200}") || name.matches(".*[(){%*\"\\\\\\]].*")) {
                throw new IllegalArgumentException("not the name of a header field: " + name);
            }
        }
        return fetches().fields(uids, String.join(" ", names));
    }

    public Map<Long, HeaderKey> headers(UidSet uids) throws StoreException {
        return fetches().headers(uids);
    }

    /// [CanonicalDigest] of the messages; they are read in full.
    public Map<Long, String> digests(UidSet uids) throws StoreException {
        return fetches().digests(uids);
    }

    /// Hands each message to the sink while it arrives, in the order of the server. Messages that
    /// do not exist are left out. No flag changes.
    ///
    /// @throws IOException what the sink threw
    public void bodies(UidSet uids, BodySink sink) throws StoreException, IOException {
        fetches().bodies(uids, sink);
    }

    /// Begins to store messages in a mailbox; as one command where the server has MULTIAPPEND.
    public Appender appender(String mailbox) {
        return appender(mailbox, true);
    }

    /// Begins to store messages in a mailbox.
    ///
    /// @param together as one command, all or nothing, where the server can do that
    public Appender appender(String mailbox, boolean together) {
        return new Appender(connection(), mailbox, flags -> storable(mailbox, flags), together);
    }

    /// Octets of the largest message that the server takes, as far as it tells (RFC 7889);
    /// Long.MAX_VALUE where it does not.
    public long appendLimit() {
        return connection().traits().appendLimit();
    }

    public UidPairs copy(UidSet uids, String target) throws StoreException {
        return changes().copy(uids, target);
    }

    /// Moves; where the server has no MOVE, copies and expunges.
    ///
    /// @throws StoreException as [Kind#UNSUPPORTED] where it has neither MOVE nor UIDPLUS
    public UidPairs move(UidSet uids, String target) throws StoreException {
        requireMayRemove();
        return changes().move(uids, target);
    }

    /// Changes flags. UIDs that do not exist are no error.
    ///
    /// @return those of the flags that the mailbox does not keep
    public Flags store(UidSet uids, FlagChange change, Flags flags) throws StoreException {
        return changes().store(uids, change, flags, requireSelected());
    }

    /// Removes just these messages.
    ///
    /// @throws StoreException as [Kind#UNSUPPORTED] where the server has no UIDPLUS; nothing is
    ///   done
    public void expunge(UidSet uids) throws StoreException {
        requireMayRemove();
        changes().expunge(uids);
    }

    /// Makes a mailbox; one that is there already is fine.
    ///
    /// @param specialUse `\Sent` and the like, given where the server can take it; or null
    public void create(String name, @Nullable String specialUse) throws StoreException {
        treeChanges().create(name, specialUse);
    }

    /// Removes a mailbox; one that is not there, or holds no messages, is fine.
    public void delete(String name) throws StoreException {
        requireMayRemove();
        session.known().remove(name);
        treeChanges().delete(name);
    }

    /// Whether [#rename] is known to give messages other UIDs.
    public boolean renumbersOnRename() {
        return connection().traits().renumbersOnRename();
    }

    public void rename(String from, String to) throws StoreException {
        requireMayRemove();
        session.known().clear();
        treeChanges().rename(from, to);
    }

    public void subscribe(String name) throws StoreException {
        treeChanges().subscribe(name);
    }

    /// A name that is not subscribed is fine.
    public void unsubscribe(String name) throws StoreException {
        treeChanges().unsubscribe(name);
    }

    /// Who may do what with a mailbox, rights by identifier; only with ACL (RFC 4314).
    public Map<String, String> rights(String name) throws StoreException {
        return new Rights(ready()).of(name);
    }

    public void grant(String name, String identifier, String rights) throws StoreException {
        new Rights(ready()).set(name, identifier, rights);
    }

    /// Octets that still find room in a mailbox; Long.MAX_VALUE without a limit; only with QUOTA
    /// (RFC 9208).
    public long room(String name) throws StoreException {
        return new Rights(ready()).room(name);
    }

    /// Lets the server tell what changed in the open mailbox.
    public void noop() throws StoreException {
        ready().run(CommandText.of("NOOP"));
    }

    /// Waits until the open mailbox changes: messages come or go, or flags change. What changed
    /// since it was selected, or since the last call, counts too.
    ///
    /// @param stop asked about each second
    /// @return true where it changed, false where the time is up, `stop` says so, or after
    ///   [#wake()]
    public boolean idle(Duration max, BooleanSupplier stop) throws StoreException {
        requireSelected();
        return session.watch().idle(max, stop);
    }

    /// Ends [#idle] from another thread; one that begins later ends at once.
    public void wake() {
        session.watch().wake();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.accept(this);
        }
    }
}
