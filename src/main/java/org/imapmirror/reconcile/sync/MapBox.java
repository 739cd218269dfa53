package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Status;

/// A pair of mailboxes in the map.
///
/// @param uidValidity of the source
/// @param target id of the target's mailbox
/// @param targetUidValidity 0 while the target's mailbox was never opened
/// @param matched what the target held below `targetUidNext` was compared with this mailbox
/// @param options with which everything was brought over, empty where it was not
/// @param seen the source's STATUS before that
/// @param targetSeen the target's STATUS after that
record MapBox(
        long id,
        String name,
        long uidValidity,
        long target,
        String targetName,
        long targetUidValidity,
        boolean matched,
        long targetUidNext,
        String options,
        Seen seen,
        Seen targetSeen) {

    /// What STATUS told.
    record Seen(long uidNext, long messages, long modseq) {
        static final Seen NEVER = new Seen(0, 0, 0);

        static Seen of(Status s) {
            return new Seen(s.uidNext(), s.messages(), s.highestModseq());
        }
    }

    MapBox matchedBelow(long uidNext) {
        return new MapBox(
                id,
                name,
                uidValidity,
                target,
                targetName,
                targetUidValidity,
                true,
                uidNext,
                options,
                seen,
                targetSeen);
    }

    MapBox done(String with, Seen source, Seen targets) {
        return new MapBox(
                id,
                name,
                uidValidity,
                target,
                targetName,
                targetUidValidity,
                matched,
                targetUidNext,
                with,
                source,
                targets);
    }
}
