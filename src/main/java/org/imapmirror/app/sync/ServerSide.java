package org.imapmirror.app.sync;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.Side;
import org.jspecify.annotations.Nullable;

import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// An account on a server, as it is reached from the command line.
final class ServerSide implements Side {
    private final List<Endpoint> candidates;
    private final String user;
    private final LoginAs login;
    private final ClientLimits limits;
    private final Consumer<String> warnings;
    private @Nullable Endpoint working;

    /// @param candidates tried in this order, until one can be reached; the one that could be is
    ///   kept. One that differs from the one before only in its trust is tried where a certificate
    ///   was not accepted
    /// @param user whose mailboxes these are
    /// @param warnings what people have to know before it goes on
    ServerSide(
            List<Endpoint> candidates,
            String user,
            LoginAs login,
            ClientLimits limits,
            Consumer<String> warnings) {
        this.candidates = List.copyOf(candidates);
        this.user = user;
        this.login = login;
        this.limits = limits;
        this.warnings = warnings;
    }

    @Override
    public String name() {
        return user + "@" + candidates.getFirst().host();
    }

    /// The well-known ports are one server, so that it does not matter which of them was used.
    @Override
    public String identity() {
        Endpoint first = candidates.getFirst();
        boolean usual = first.port() == ServerAddress.IMAPS || first.port() == ServerAddress.IMAP;
        return user + "@" + host(first) + (usual ? "" : ":" + first.port());
    }

    private static String host(Endpoint server) {
        return server.host().toLowerCase(Locale.ROOT);
    }

    /// True where a failure is about this side.
    boolean isConcerned(StoreException e) {
        return candidates.contains(e.server());
    }

    @Override
    public ImapStore open() throws StoreException {
        Endpoint known = known();
        return known == null ? first() : ImapStore.open(known, login, limits);
    }

    /// Which of the candidates works, or null as long as none was reached.
    synchronized @Nullable Endpoint known() {
        return working;
    }

    private synchronized ImapStore first() throws StoreException {
        if (working != null) {
            return ImapStore.open(working, login, limits);
        }
        StoreException failure = null;
        for (Endpoint candidate : candidates) {
            if (failure != null && !isWorthTrying(failure, candidate)) {
                continue;
            }
            try {
                ImapStore store = ImapStore.open(candidate, login, limits);
                if (failure != null && candidate.trust() instanceof Trust.Insecure) {
                    warnings.accept(
                            failure.getMessage()
                                    + " -- going on all the same, as imapsync does; add"
                                    + " SSL_verify_mode=1 by --sslargs to refuse such"
                                    + " certificates");
                }
                working = candidate;
                return store;
            } catch (StoreException e) {
                if (!canTryNext(e)) {
                    working = candidate;
                    throw e;
                }
                failure =
                        failure == null || e.kind() != StoreException.Kind.UNREACHABLE
                                ? e
                                : failure;
            }
        }
        if (failure == null) {
            throw new IllegalStateException("bug: no server to try");
        }
        throw failure;
    }

    private static boolean canTryNext(StoreException e) {
        return e.kind() == StoreException.Kind.UNREACHABLE || isAboutCertificate(e);
    }

    /// Another port after one that could not be reached; less trust after a certificate.
    private static boolean isWorthTrying(StoreException before, Endpoint candidate) {
        boolean samePort = before.server().port() == candidate.port();
        return isAboutCertificate(before) ? samePort : !samePort;
    }

    private static boolean isAboutCertificate(StoreException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return true;
            }
        }
        return false;
    }
}
