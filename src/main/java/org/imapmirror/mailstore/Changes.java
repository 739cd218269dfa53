package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent.FlagChange;
import org.imapmirror.event.UidSet;
import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.Response.Status;
import org.imapmirror.mailstore.StoreException.Kind;

import java.util.ArrayList;
import java.util.List;

/// Changes messages of the selected mailbox.
final class Changes {
    private static final int MANY = 2000;

    private final Connection connection;

    Changes(Connection connection) {
        this.connection = connection;
    }

    UidPairs copy(UidSet uids, String target) throws StoreException {
        return transfer("UID COPY", uids, target);
    }

    UidPairs move(UidSet uids, String target) throws StoreException {
        if (connection.has("MOVE")) {
            return transfer("UID MOVE", uids, target);
        }
        requireUidplus("move");
        UidPairs pairs = transfer("UID COPY", uids, target);
        expunge(uids);
        return pairs;
    }

    private UidPairs transfer(String verb, UidSet uids, String target) throws StoreException {
        UidPairs[] pairs = {UidPairs.UNTOLD};
        for (UidSet part : Fetches.windows(uids, MANY)) {
            Response.Tagged answer =
                    connection.run(
                            CommandText.of(verb).word(part.toString()).mailbox(target),
                            response ->
                                    response instanceof Response.Untagged untagged
                                            && take(untagged.code(), pairs));
            take(answer.code(), pairs);
        }
        return pairs[0];
    }

    private static boolean take(Code code, UidPairs[] pairs) {
        if (code instanceof Code.CopyUid told) {
            pairs[0] = pairs[0].plus(UidPairs.of(told));
            return true;
        }
        return false;
    }

    void expunge(UidSet uids) throws StoreException {
        requireUidplus("expunge");
        for (UidSet part : Fetches.windows(uids, MANY)) {
            SentCommand mark = sendStore(part, "+FLAGS.SILENT", Flags.of(Flags.DELETED));
            SentCommand expunge =
                    connection.send(
                            CommandText.of("UID EXPUNGE").word(part.toString()),
                            SentCommand.Untagged.NONE);
            Response.Tagged marked = connection.await(mark);
            connection.ok(expunge);
            if (!Failures.isOk(marked) && !marked.code().is("EXPUNGEISSUED")) {
                throw connection.failures().refusal(mark.verb(), marked);
            }
        }
    }

    private void requireUidplus(String what) throws StoreException {
        if (!connection.has("UIDPLUS")) {
            throw connection
                    .failures()
                    .of(
                            Kind.UNSUPPORTED,
                            "it has no UIDPLUS, so that to "
                                    + what
                                    + " these messages would expunge others that are marked"
                                    + " deleted");
        }
    }

    /// @return those of the flags that the mailbox does not keep
    Flags store(UidSet uids, FlagChange change, Flags wanted, Selected selected)
            throws StoreException {
        Flags sent = selected.storable(sendable(wanted));
        if (sent.isEmpty() && change != FlagChange.NOW) {
            return wanted;
        }
        for (UidSet part : Fetches.windows(uids, MANY)) {
            sent = storePart(part, change, sent);
        }
        return wanted.minus(sent);
    }

    /// What is a flag by syntax, and can be stored at all.
    static Flags sendable(Flags flags) {
        return flags.filter(Changes::isSendable);
    }

    private static boolean isSendable(String flag) {
        return switch (flag) {
            case "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft" -> true;
            default ->
                    !flag.isEmpty()
                            && flag.chars()
                                    .allMatch(c ->
                                            c > ' ' && c < 0x7f && "(){%*\"\\]".indexOf(c) < 0);
        };
    }

    /// @return those of the flags that were stored
    private Flags storePart(UidSet part, FlagChange change, Flags flags) throws StoreException {
        SentCommand all = sendStore(part, item(change), flags);
        Response.Tagged answer = connection.await(all);
        if (Failures.isOk(answer) || answer.code().is("EXPUNGEISSUED")) {
            return flags;
        }
        Flags keywords = flags.filter(flag -> !flag.startsWith("\\"));
        if (keywords.isEmpty() || !blamesFlags(answer)) {
            throw connection.failures().refusal(all.verb(), answer);
        }
        return storeOneByOne(part, change, flags, keywords);
    }

    private static boolean blamesFlags(Response.Tagged answer) {
        Outlook outlook = Failures.outlook(answer);
        return answer.status() == Status.BAD
                || answer.code().is("CANNOT")
                || answer.code().is("LIMIT")
                || (answer.code() instanceof Code.None
                        && (outlook == Outlook.UNKNOWN || outlook == Outlook.NEVER));
    }

    /// The server refused the flags as a whole because of some keyword, and does not say which.
    private Flags storeOneByOne(UidSet part, FlagChange change, Flags flags, Flags keywords)
            throws StoreException {
        List<String> refused = new ArrayList<>();
        FlagChange single = change == FlagChange.NOW ? FlagChange.ADDED : change;
        for (String keyword : keywords.list()) {
            Response.Tagged answer =
                    connection.await(sendStore(part, item(single), Flags.of(keyword)));
            if (!Failures.isOk(answer)) {
                refused.add(keyword);
            }
        }
        Flags rest = flags.minus(Flags.of(refused));
        Flags left = change == FlagChange.NOW ? rest : rest.minus(keywords);
        if (change == FlagChange.NOW || !left.isEmpty()) {
            connection.ok(sendStore(part, item(change), left));
        }
        return rest;
    }

    private SentCommand sendStore(UidSet part, String item, Flags flags) throws StoreException {
        return connection.send(
                CommandText.of("UID STORE").word(part.toString()).word(item).word(flags.toString()),
                response -> response instanceof Response.Fetch);
    }

    private static String item(FlagChange change) {
        return switch (change) {
            case ADDED -> "+FLAGS.SILENT";
            case REMOVED -> "-FLAGS.SILENT";
            case NOW -> "FLAGS.SILENT";
        };
    }
}
