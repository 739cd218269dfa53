package org.imapmirror.mailstore;

import org.imapmirror.event.Account;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The connections of a pool that are in use. Thread-safe.
final class Lent {
    private final Map<Owner, Set<ImapStore>> all = new ConcurrentHashMap<>();

    private record Owner(String server, Account account) {}

    void add(String server, Account account, ImapStore store) {
        all.compute(
                new Owner(server, account),
                (_, known) -> {
                    Set<ImapStore> stores = known == null ? new HashSet<>() : known;
                    stores.add(store);
                    return stores;
                });
    }

    void remove(String server, Account account, ImapStore store) {
        all.computeIfPresent(
                new Owner(server, account),
                (_, stores) -> {
                    stores.remove(store);
                    return stores.isEmpty() ? null : stores;
                });
    }

    /// As [ImapStore#moved], for all of an account.
    void moved(String server, Account account, String mailbox) {
        all.computeIfPresent(
                new Owner(server, account),
                (_, stores) -> {
                    stores.forEach(store -> store.moved(mailbox));
                    return stores;
                });
    }
}
