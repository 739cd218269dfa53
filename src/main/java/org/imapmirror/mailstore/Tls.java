package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/// Puts TLS on a connection, and says in words what is wrong where that fails. Contexts are kept,
/// because to read the authorities takes longer than a handshake, and sessions are resumed by them.
final class Tls {
    private static final Map<Key, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

    private Tls() {}

    /// @param changed of the file of authorities, so that a new one is read
    private record Key(Trust trust, @Nullable FileTime changed) {}

    static SSLSocket wrap(Socket socket, Endpoint server, Duration timeout) throws StoreException {
        SSLContext context = context(server);
        try {
            SSLSocket secure =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, server.host(), server.port(), true);
            SSLParameters parameters = secure.getSSLParameters();
            if (server.trust().checksHostName()) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            if (isName(server.host())) {
                parameters.setServerNames(List.of(new SNIHostName(server.host())));
            }
            secure.setSSLParameters(parameters);
            socket.setSoTimeout((int) timeout.toMillis());
            secure.startHandshake();
            return secure;
        } catch (SocketTimeoutException e) {
            throw new StoreException(
                    Kind.UNREACHABLE,
                    server,
                    null,
                    "no answer to the TLS handshake within "
                            + timeout.toSeconds()
                            + " s; is there TLS on that port?",
                    e);
        } catch (IOException e) {
            throw new StoreException(Kind.TLS, server, null, explain(server, e), e);
        }
    }

    private static boolean isName(String host) {
        return host.indexOf(':') < 0 && !host.matches("[0-9.]+") && !host.endsWith(".");
    }

    private static SSLContext context(Endpoint server) throws StoreException {
        try {
            Trust trust = server.trust();
            FileTime changed =
                    trust instanceof Trust.Authority(Path file)
                            ? Files.getLastModifiedTime(file)
                            : null;
            Key key = new Key(trust, changed);
            SSLContext known = CONTEXTS.get(key);
            if (known != null) {
                return known;
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust.manager()}, null);
            CONTEXTS.keySet().removeIf(old -> old.trust().equals(trust));
            CONTEXTS.put(key, context);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new StoreException(
                    Kind.TLS, server, null, "cannot use its trust setting: " + e.getMessage(), e);
        }
    }

    private static String explain(Endpoint server, IOException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof CertificateExpiredException) {
                return "its certificate has expired (" + t.getMessage() + "); renew it there";
            }
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof CertificateException) {
                return "its certificate is not accepted ("
                        + t.getMessage()
                        + "); set trust to its authority's PEM file or to sha256:FINGERPRINT, and"
                        + " address to the name in the certificate";
            }
        }
        String message = String.valueOf(e.getMessage());
        if (e instanceof SSLException && message.contains("SSL message")) {
            return "no TLS on that port; "
                    + (server.tls() == Endpoint.Tls.IMPLICIT
                            ? "does it want tls: starttls?"
                            : "STARTTLS did not start it");
        }
        return "TLS handshake failed: " + message;
    }

    /// The addresses of the server's host, in the order to try them.
    static InetAddress[] addresses(Endpoint server) throws StoreException {
        try {
            return InetAddress.getAllByName(server.host());
        } catch (IOException e) {
            throw new StoreException(
                    Kind.UNREACHABLE,
                    server,
                    null,
                    "no address is known for this host; is its name right, and does DNS answer?",
                    e);
        }
    }
}
