package org.imapmirror.replicate;

import org.imapmirror.event.MailboxName;
import org.jspecify.annotations.Nullable;

/// A mailbox of the primary and the one that follows it.
///
/// @param id ours; survives renames
/// @param name on the primary, at the lane's position
/// @param uidValidity the primary's, 0 until known
/// @param uidSeen every UID of the primary up to this one has a row or is known to be gone
/// @param target its name on the mirror
/// @param targetUidValidity the mirror's, 0 until known
/// @param copied the first copy is complete
/// @param extra messages on the mirror that no row maps, as of the last look
/// @param seen what STATUS of the primary told before the last complete comparison
/// @param targetUidNext every message of the mirror below this UID is known: mapped, or looked at;
///   0 until known
record MailboxRow(
        long id,
        MailboxName name,
        long uidValidity,
        long uidSeen,
        String target,
        long targetUidValidity,
        @Nullable String specialUse,
        boolean copied,
        long extra,
        Seen seen,
        long targetUidNext) {

    /// @param modseq HIGHESTMODSEQ, 0 where the primary has none
    record Seen(long uidNext, long messages, long modseq) {
        static final Seen NEVER = new Seen(0, 0, 0);
    }

    MailboxRow withName(MailboxName newName, String newTarget) {
        return new MailboxRow(
                id,
                newName,
                uidValidity,
                uidSeen,
                newTarget,
                targetUidValidity,
                specialUse,
                copied,
                extra,
                seen,
                targetUidNext);
    }

    MailboxRow withUidValidity(long v) {
        return new MailboxRow(
                id,
                name,
                v,
                uidSeen,
                target,
                targetUidValidity,
                specialUse,
                copied,
                extra,
                seen,
                targetUidNext);
    }

    MailboxRow withTargetUidValidity(long v) {
        return new MailboxRow(
                id,
                name,
                uidValidity,
                uidSeen,
                target,
                v,
                specialUse,
                copied,
                extra,
                seen,
                targetUidNext);
    }

    MailboxRow withUidSeen(long uid) {
        return new MailboxRow(
                id,
                name,
                uidValidity,
                Math.max(uidSeen, uid),
                target,
                targetUidValidity,
                specialUse,
                copied,
                extra,
                seen,
                targetUidNext);
    }

    MailboxRow withCopied(boolean nowCopied) {
        return new MailboxRow(
                id,
                name,
                uidValidity,
                uidSeen,
                target,
                targetUidValidity,
                specialUse,
                nowCopied,
                extra,
                seen,
                targetUidNext);
    }

    MailboxRow withSeen(Seen nowSeen) {
        return new MailboxRow(
                id,
                name,
                uidValidity,
                uidSeen,
                target,
                targetUidValidity,
                specialUse,
                copied,
                extra,
                nowSeen,
                targetUidNext);
    }

    MailboxRow withExtra(long messages) {
        return new MailboxRow(
                id,
                name,
                uidValidity,
                uidSeen,
                target,
                targetUidValidity,
                specialUse,
                copied,
                messages,
                seen,
                targetUidNext);
    }

    MailboxRow withTargetUidNext(long uid) {
        return new MailboxRow(
                id,
                name,
                uidValidity,
                uidSeen,
                target,
                targetUidValidity,
                specialUse,
                copied,
                extra,
                seen,
                uid);
    }

    /// The same mailbox with everything about UIDs forgotten, to be matched anew.
    MailboxRow forgotten() {
        return new MailboxRow(id, name, 0, 0, target, 0, specialUse, false, 0, Seen.NEVER, 0);
    }

    /// \Trash and \Junk lose large shares of their messages in normal life.
    boolean exemptFromBrake() {
        return "\\Trash".equalsIgnoreCase(specialUse) || "\\Junk".equalsIgnoreCase(specialUse);
    }
}
