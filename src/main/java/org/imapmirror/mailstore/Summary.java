package org.imapmirror.mailstore;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

/// A message without its text.
///
/// @param internalDate exactly as the server sent it, without quotes; null where it has none
/// @param size octets, as the server says
public record Summary(long uid, Flags flags, @Nullable String internalDate, long size) {}
