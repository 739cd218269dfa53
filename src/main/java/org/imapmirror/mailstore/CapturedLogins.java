package org.imapmirror.mailstore;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The logins of accounts as their users typed them at the proxy. They live in memory only, and end
/// with the process, unless there is a [Keeper].
public final class CapturedLogins {
    /// So that invented account names cannot fill the memory.
    private static final long MAX_ACCOUNTS = 1_000_000;

    private final Keeper keeper;

    /// Keeps logins beyond the end of the process. May be called by any thread.
    public interface Keeper {
        /// Keeps nothing.
        Keeper NONE =
                new Keeper() {
                    @Override
                    public LoginAs.@Nullable Plain find(Account account) {
                        return null;
                    }

                    @Override
                    public void keep(Account account, LoginAs.Plain login) {}

                    @Override
                    public void refused(String server, Account account, LoginAs login) {}
                };

        /// May block.
        LoginAs.@Nullable Plain find(Account account);

        /// Must not block.
        void keep(Account account, LoginAs.Plain login);

        /// A server did not accept this login. Must not block.
        void refused(String server, Account account, LoginAs login);
    }

    private final Cache<Account, LoginAs.Plain> logins =
            Caffeine.newBuilder().maximumSize(MAX_ACCOUNTS).build();

    private final CopyOnWriteArrayList<Consumer<Account>> listeners = new CopyOnWriteArrayList<>();

    public CapturedLogins() {
        this(Keeper.NONE);
    }

    public CapturedLogins(Keeper keeper) {
        this.keeper = keeper;
    }

    /// Keeps a login that the primary accepted by a tagged OK. Listeners hear of it when it differs
    /// from the one known before.
    ///
    /// @param user as it was typed, which may differ from the account's name
    public void put(Account account, String user, String password) {
        LoginAs.Plain login = new LoginAs.Plain(user, password);
        LoginAs.Plain before = logins.asMap().put(account, login);
        if (!login.equals(before)) {
            keeper.keep(account, login);
            listeners.forEach(listener -> listener.accept(account));
        }
    }

    /// May block where the login is not in memory.
    public @Nullable LoginAs loginFor(Account account) {
        return logins.asMap().computeIfAbsent(account, keeper::find);
    }

    /// A server did not accept this login.
    void refused(String server, Account account, LoginAs login) {
        keeper.refused(server, account, login);
    }

    /// Tells of each account that has a new login, on the thread that brings it: listeners must be
    /// quick.
    public void onNew(Consumer<Account> listener) {
        listeners.add(listener);
    }

    @Override
    public String toString() {
        return "CapturedLogins[" + logins.estimatedSize() + "]";
    }
}
