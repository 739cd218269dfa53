package org.imapmirror.mailstore;

import org.imapmirror.imap.Response;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

/// Creates, renames, deletes and subscribes mailboxes. What is already as it should be is no error.
final class TreeChanges {
    private final Connection connection;
    private final Tree tree;

    TreeChanges(Connection connection, Tree tree) {
        this.connection = connection;
        this.tree = tree;
    }

    void create(String name, @Nullable String specialUse) throws StoreException {
        if (specialUse != null && connection.has("CREATE-SPECIAL-USE")) {
            Response.Tagged answer =
                    await(
                            CommandText.of("CREATE")
                                    .mailbox(name)
                                    .word("(USE (" + specialUse + "))"));
            if (Failures.isOk(answer) || answer.code().is("ALREADYEXISTS")) {
                return;
            }
        }
        Response.Tagged answer = await(CommandText.of("CREATE").mailbox(name));
        if (Failures.isOk(answer) || answer.code().is("ALREADYEXISTS")) {
            return;
        }
        Listed there = tree.find(name);
        if (there == null || !there.selectable()) {
            throw connection.failures().refusal("CREATE", answer);
        }
    }

    void delete(String name) throws StoreException {
        leave(name);
        Response.Tagged answer = await(CommandText.of("DELETE").mailbox(name));
        if (Failures.isOk(answer) || answer.code().is("NONEXISTENT")) {
            return;
        }
        Listed there = tree.find(name);
        if (there != null && there.selectable()) {
            throw connection.failures().refusal("DELETE", answer);
        }
    }

    void rename(String from, String to) throws StoreException {
        // Those below it go with it, and Courier refuses that for one that is open.
        String open = connection.mailbox().name();
        leave(open != null && open.startsWith(from) ? open : from);
        connection.run(CommandText.of("RENAME").mailbox(from).mailbox(to));
    }

    void subscribe(String name) throws StoreException {
        connection.run(CommandText.of("SUBSCRIBE").mailbox(name));
    }

    void unsubscribe(String name) throws StoreException {
        Response.Tagged answer = await(CommandText.of("UNSUBSCRIBE").mailbox(name));
        // A name that is not subscribed is what was wanted.
        if (answer.status() == Response.Status.BAD) {
            throw connection.failures().refusal("UNSUBSCRIBE", answer);
        }
    }

    private Response.Tagged await(CommandText command) throws StoreException {
        return connection.await(connection.send(command, SentCommand.Untagged.NONE));
    }

    /// Leaves a mailbox that is to go away, because servers hang up on who has it selected, or
    /// refuse. CLOSE would expunge, so it is only used on a mailbox opened by EXAMINE.
    private void leave(String name) throws StoreException {
        if (!name.equals(connection.mailbox().name())) {
            return;
        }
        if (connection.has("UNSELECT")) {
            connection.run(CommandText.of("UNSELECT"));
        } else {
            if (!connection.mailbox().readOnly()) {
                connection.run(CommandText.of("EXAMINE").mailbox(name));
            }
            Response.Tagged answer = await(CommandText.of("CLOSE"));
            if (!Failures.isOk(answer)) {
                throw connection
                        .failures()
                        .of(Kind.UNSUPPORTED, "it does not let go of an open mailbox");
            }
        }
        connection.enter(new Mailbox());
    }
}
