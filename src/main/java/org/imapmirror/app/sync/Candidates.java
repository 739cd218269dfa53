package org.imapmirror.app.sync;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException;
import org.jspecify.annotations.Nullable;

import java.security.cert.CertificateException;
import java.util.List;
import java.util.function.Consumer;

/// The ways to reach one server, of which the first that works is kept. Thread-safe.
final class Candidates {
    private final List<Endpoint> all;
    private final Consumer<String> warnings;
    private final @Nullable String remedy;
    private @Nullable Endpoint working;

    /// @param all tried in this order, until one can be reached. One that differs from the one
    ///   before only in its trust is tried where a certificate was not accepted
    /// @param warnings what people have to know before it goes on
    /// @param remedy which options say what to believe where a certificate is not accepted; null
    ///   where the configuration does
    Candidates(List<Endpoint> all, Consumer<String> warnings, @Nullable String remedy) {
        this.all = List.copyOf(all);
        this.warnings = warnings;
        this.remedy = remedy;
    }

    /// What is done with a server.
    @FunctionalInterface
    interface Attempt<T> {
        T with(Endpoint server) throws StoreException;
    }

    Endpoint preferred() {
        return all.getFirst();
    }

    boolean contains(Endpoint server) {
        return all.contains(server);
    }

    <T> T reach(Attempt<T> attempt) throws StoreException {
        Endpoint known = working();
        return known == null ? first(attempt) : attempt.with(known);
    }

    /// Which of the candidates works, or null as long as none was reached.
    private synchronized @Nullable Endpoint working() {
        return working;
    }

    private synchronized <T> T first(Attempt<T> attempt) throws StoreException {
        if (working != null) {
            return attempt.with(working);
        }
        StoreException failure = null;
        for (Endpoint candidate : all) {
            if (failure != null && !isWorthTrying(failure, candidate)) {
                continue;
            }
            try {
                T result = attempt.with(candidate);
                if (failure != null && candidate.trust() instanceof Trust.Insecure) {
                    warnings.accept(
                            explained(failure).getMessage()
                                    + " -- going on all the same, because it is on this machine");
                }
                working = candidate;
                return result;
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
        throw explained(failure);
    }

    private static boolean canTryNext(StoreException e) {
        return e.kind() == StoreException.Kind.UNREACHABLE || certificate(e) != null;
    }

    /// Another port after one that could not be reached; less trust after a certificate.
    private static boolean isWorthTrying(StoreException before, Endpoint candidate) {
        boolean samePort = before.server().port() == candidate.port();
        return certificate(before) != null ? samePort : !samePort;
    }

    private static @Nullable CertificateException certificate(StoreException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException reason) {
                return reason;
            }
        }
        return null;
    }

    /// In the words of the command line.
    private StoreException explained(StoreException e) {
        CertificateException reason = certificate(e);
        return reason == null || remedy == null
                ? e
                : new StoreException(
                        e.kind(),
                        e.server(),
                        e.code(),
                        "its certificate is not accepted (" + reason.getMessage() + "); " + remedy,
                        e);
    }
}
