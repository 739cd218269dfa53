package org.imapmirror.replicate;

import org.imapmirror.mailstore.Census;
import org.imapmirror.mailstore.Status;
import org.jspecify.annotations.Nullable;

/// The mailboxes of both sides as a comparison of the trees found them.
///
/// @param mirror before anything was changed there
record Sides(Census primary, Census mirror) {

    @Nullable Status onPrimary(MailboxRow m) {
        return primary.statuses().get(m.name().value());
    }

    @Nullable Status onMirror(MailboxRow m) {
        return mirror.statuses().get(m.target());
    }

    /// Whether the primary tells the same as before the last complete comparison.
    boolean isPrimaryUnchanged(MailboxRow m) {
        Status now = onPrimary(m);
        return now != null
                && m.copied()
                && m.uidValidity() == now.uidValidity()
                && now.highestModseq() != 0
                && m.seen().equals(Deltas.seen(now));
    }

    /// Whether the mirror tells the same as before everything was found in order there.
    boolean isMirrorUnchanged(MailboxRow m, Compared last) {
        return m.copied()
                && last.mirror().uidValidity() == m.targetUidValidity()
                && last.mirror().isUnchanged(onMirror(m));
    }
}
