package org.imapmirror.reconcile;

/// Stops deletions that nobody was seen to order from taking too much at once.
///
/// @param messages deletions up to this number always pass (unless a side became empty)
/// @param percent of the mailbox that may go at once, 0 to 100
public record Brake(int messages, int percent) {
    public static final Brake DEFAULT = new Brake(100, 20);

    public Brake {
        if (messages < 0 || percent < 0 || percent > 100) {
            throw new IllegalArgumentException(
                    "brake: messages must not be negative, percent must be 0 to 100");
        }
    }

    /// True where `deletions` out of `held` messages must wait for an administrator.
    ///
    /// @param remaining what the primary still holds; 0 means that the side became empty
    /// @param exempt the mailbox is \Trash or \Junk, where large shares are normal
    public boolean stops(long deletions, long held, long remaining, boolean exempt) {
        if (deletions == 0) {
            return false;
        }
        if (remaining == 0 && deletions > 1) {
            return true;
        }
        return !exempt && deletions > messages && deletions * 100 > held * percent;
    }
}
