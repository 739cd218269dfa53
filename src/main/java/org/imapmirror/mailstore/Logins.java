package org.imapmirror.mailstore;

import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Who logs in where. A login that a server refused is not tried there again, so that nobody is
/// locked out: a captured one never, one that an administrator set up after a while, because the
/// server's side may have been put right.
public final class Logins {
    private static final Duration RETRY = Duration.ofMinutes(15);

    private volatile Map<String, LoginMethod> methods;
    private final InstantSource clock;
    private final Map<Key, Refused> refused = new ConcurrentHashMap<>();

    private record Key(String server, Account account) {}

    private record Refused(LoginAs login, Instant when) {}

    /// @param methods by the servers' keys in the configuration
    public Logins(Map<String, LoginMethod> methods, InstantSource clock) {
        this.methods = Map.copyOf(methods);
        this.clock = clock;
    }

    /// From now on logs in by these methods. A login that was refused is still not tried again.
    public void methods(Map<String, LoginMethod> newer) {
        methods = Map.copyOf(newer);
    }

    /// The credentials to try.
    ///
    /// @return null where there are none: the account waits for a login
    public @Nullable LoginAs loginFor(String server, Account account) {
        LoginMethod method = method(server);
        LoginAs login = method.loginFor(account);
        return login == null || isRefused(method, new Key(server, account), login) ? null : login;
    }

    private boolean isRefused(LoginMethod method, Key key, LoginAs login) {
        Refused last = refused.get(key);
        if (last == null || !last.login().equals(login)) {
            return false;
        }
        return switch (method) {
            case LoginMethod.Captured _ -> true;
            case LoginMethod.Master _, LoginMethod.Authzid _, LoginMethod.Table _ ->
                    clock.instant().isBefore(last.when().plus(RETRY));
        };
    }

    /// A server did not accept this login.
    public void onRefused(String server, Account account, LoginAs login) {
        refused.put(new Key(server, account), new Refused(login, clock.instant()));
        if (method(server) instanceof LoginMethod.Captured(CapturedLogins captured)) {
            captured.refused(server, account, login);
        }
    }

    /// Somebody says that what was refused may be accepted now. Captured logins wait for the next
    /// one all the same.
    ///
    /// @param account null for all
    public void tryAgain(@Nullable Account account) {
        refused.keySet()
                .removeIf(key ->
                        (account == null || key.account().equals(account))
                                && !(method(key.server()) instanceof LoginMethod.Captured));
    }

    /// A server accepted a login.
    public void onAccepted(String server, Account account) {
        refused.remove(new Key(server, account));
    }

    /// What an account without credentials waits for, in words.
    public String missing(String server, Account account) {
        LoginMethod method = method(server);
        boolean known = method.loginFor(account) != null;
        String who = "account " + account;
        return switch (method) {
            case LoginMethod.Captured _ ->
                    known
                            ? "the login of "
                                    + who
                                    + " was refused here; waiting for its next login through the"
                                    + " proxy"
                            : "no login of "
                                    + who
                                    + " was seen yet; it is taken from the next one"
                                    + " through the proxy";
            case LoginMethod.Table(LoginTable table) ->
                    known ? refusedLater(who) : who + " is not in " + table + "; add it there";
            case LoginMethod.Master _, LoginMethod.Authzid _ -> refusedLater(who);
        };
    }

    private static String refusedLater(String who) {
        return "the login for "
                + who
                + " was refused here; it is tried again after "
                + RETRY.toMinutes()
                + " minutes, or when it changes";
    }

    private LoginMethod method(String server) {
        LoginMethod method = methods.get(server);
        if (method == null) {
            throw new IllegalArgumentException("no server is called " + server);
        }
        return method;
    }
}
