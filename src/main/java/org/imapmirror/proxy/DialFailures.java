package org.imapmirror.proxy;

import io.netty.handler.ssl.NotSslRecordException;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;

import javax.net.ssl.SSLException;

/// Puts into words why a server was not reached, and what can be done about it.
final class DialFailures {
    private DialFailures() {}

    static Dialed.Unreachable explain(Endpoint endpoint, Throwable cause) {
        String key = "servers." + endpoint.name();
        CertificateException certificate = certificateProblem(cause);
        if (certificate != null) {
            return new Dialed.Unreachable(
                    endpoint,
                    "its certificate is not trusted: " + certificate.getMessage(),
                    "set "
                            + key
                            + ".trust to its CA file or sha256:FINGERPRINT, or the address"
                            + " to a name in the certificate");
        }
        return switch (cause) {
            case UnknownHostException _ ->
                    new Dialed.Unreachable(
                            endpoint, "its name is unknown", "check " + key + ".address");
            case NoRouteToHostException _ ->
                    new Dialed.Unreachable(
                            endpoint, "there is no route to it", "check network and firewall");
            case ConnectException _ ->
                    new Dialed.Unreachable(
                            endpoint,
                            "it refused the connection",
                            "check that it runs, and the port in " + key + ".address");
            case NotSslRecordException _ ->
                    new Dialed.Unreachable(
                            endpoint,
                            "it does not speak TLS on this port",
                            "set " + key + ".tls to starttls or none, or use its TLS port");
            case SSLException tls ->
                    new Dialed.Unreachable(
                            endpoint,
                            "the TLS handshake failed: " + tls.getMessage(),
                            "check " + key + ".tls and .trust, and the server's TLS versions");
            default ->
                    new Dialed.Unreachable(
                            endpoint,
                            "the connection failed: " + cause,
                            "check network and server");
        };
    }

    static Dialed.Unreachable slow(Endpoint endpoint, Duration limit) {
        return new Dialed.Unreachable(
                endpoint,
                "it did not greet within " + limit.toSeconds() + " s",
                "check network, firewall and servers." + endpoint.name() + ".tls");
    }

    private static @Nullable CertificateException certificateProblem(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof CertificateException certificate) {
                return certificate;
            }
        }
        return null;
    }
}
