package org.imapmirror.reconcile.sync;

import java.util.ArrayList;
import java.util.List;

/// What is about to be stored in a mailbox of the target, written before it is sent.
///
/// @param mailbox our id of the pair of mailboxes
/// @param target our id of the target's mailbox; one attempt at a time in each
/// @param uidValidity of the target's mailbox
/// @param uidNext of the target's mailbox just before: what is stored gets this UID or a higher one
record Attempt(long mailbox, long target, long uidValidity, long uidNext, List<Item> items) {
    /// @param uid of the source
    /// @param size as the source tells it
    record Item(long uid, long size) {}

    Attempt {
        items = List.copyOf(items);
    }

    /// `UID:size`, separated by spaces.
    String itemsAsText() {
        StringBuilder out = new StringBuilder();
        for (Item item : items) {
            out.append(out.isEmpty() ? "" : " ").append(item.uid()).append(':').append(item.size());
        }
        return out.toString();
    }

    static List<Item> itemsOf(String text) {
        List<Item> items = new ArrayList<>();
        for (String item : text.split(" ")) {
            int colon = item.indexOf(':');
            if (colon > 0) {
                items.add(
                        new Item(
                                Long.parseLong(item.substring(0, colon)),
                                Long.parseLong(item.substring(colon + 1))));
            }
        }
        return items;
    }
}
