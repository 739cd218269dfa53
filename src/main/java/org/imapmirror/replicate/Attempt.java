package org.imapmirror.replicate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

import org.imapmirror.event.Flags;
import org.imapmirror.event.PayloadRef;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// What is about to be stored in a mailbox of the mirror, written before it is sent (reference
/// 4.3).
///
/// @param mailbox our id of the mailbox
/// @param targetUidValidity of the mirror's mailbox just before
/// @param targetUidNext of the mirror's mailbox just before: what is stored gets this UID or more
record Attempt(long mailbox, long targetUidValidity, long targetUidNext, List<Item> items) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// @param uid the primary's
    /// @param payload where the body came from the spool
    /// @param copyOf our mailbox and the mirror's UID that is copied or moved, null for a body
    record Item(
            long uid,
            long size,
            Flags flags,
            @Nullable PayloadRef payload,
            @Nullable Source copyOf) {}

    record Source(long mailbox, long targetUid) {}

    String itemsAsText() {
        try {
            return JSON.writeValueAsString(items.toArray(Item[]::new));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("bug: an attempt that cannot be written", e);
        }
    }

    static List<Item> itemsOf(String text) {
        try {
            return List.of(JSON.readValue(text, Item[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the state database holds an unreadable attempt", e);
        }
    }
}
