package org.imapmirror.app;

import org.imapmirror.event.Account;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.state.StateException;
import org.imapmirror.state.Vault;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Keeps captured logins sealed in the state database, so that lanes go on after a restart without
/// waiting for the clients. A login goes when the primary, where it was captured, refuses it.
///
/// One thread writes, so that of two logins of an account the later one stays.
final class SealedLogins implements CapturedLogins.Keeper, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SealedLogins.class);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final Vault vault;
    private final Function<Account, String> primaryOf;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("sealed-logins").factory());

    SealedLogins(Vault vault, Function<Account, String> primaryOf) {
        this.vault = vault;
        this.primaryOf = primaryOf;
    }

    @Override
    public LoginAs.@Nullable Plain find(Account account) {
        try {
            byte[] secret = vault.get(name(account));
            return secret == null ? null : login(secret);
        } catch (StateException e) {
            LOG.atWarn()
                    .addKeyValue("account", account)
                    .addKeyValue("reason", e.getMessage())
                    .log("sealed login not read");
            return null;
        }
    }

    @Override
    public void keep(Account account, LoginAs.Plain login) {
        write(account, () -> vault.put(name(account), secret(login)));
    }

    @Override
    public void refused(String server, Account account, LoginAs login) {
        if (server.equals(primaryOf.apply(account))) {
            write(
                    account,
                    () -> {
                        if (login.equals(find(account))) {
                            vault.remove(name(account));
                        }
                    });
        }
    }

    private void write(Account account, Runnable work) {
        try {
            writer.execute(() -> {
                try {
                    work.run();
                } catch (StateException e) {
                    LOG.atWarn()
                            .addKeyValue("account", account)
                            .addKeyValue("reason", e.getMessage())
                            .log("sealed login not stored");
                }
            });
        } catch (RejectedExecutionException _) {
            LOG.debug("closing, a login is not kept account={}", account);
        }
    }

    private static String name(Account account) {
        return "login " + account.name();
    }

    /// Neither part holds NUL.
    private static byte[] secret(LoginAs.Plain login) {
        return (login.user() + '\0' + login.password()).getBytes(StandardCharsets.UTF_8);
    }

    private static LoginAs.Plain login(byte[] secret) {
        String text = new String(secret, StandardCharsets.UTF_8);
        int nul = text.indexOf('\0');
        return new LoginAs.Plain(text.substring(0, nul), text.substring(nul + 1));
    }

    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("logins were not all kept: the state database does not answer");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
