package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

/// A mailbox that the primary deleted and that stays on the mirror for the messages held in it.
///
/// @param name the primary's when it was deleted
/// @param target its name on the mirror
/// @param aside the name on the mirror that it is just being moved to, null for none
record Grave(long id, String name, String target, @Nullable String aside) {}
