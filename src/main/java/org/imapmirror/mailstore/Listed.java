package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// A mailbox, or a name that is only subscribed or only has children.
///
/// @param name in the server's own hierarchy, decoded; `INBOX` in upper case
/// @param separator 0 where the server has no hierarchy
/// @param attributes in lower case, `\noselect` and so on
/// @param specialUse `\Sent` and the like, as the server spells it (RFC 6154), or null
/// @param selectable it holds messages
public record Listed(
        String name,
        char separator,
        Set<String> attributes,
        @Nullable String specialUse,
        boolean subscribed,
        boolean selectable) {}
