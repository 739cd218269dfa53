package org.imapmirror.imap;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Which certificates of a server are believed.
public sealed interface Trust {

    /// The JDK's certificate authorities, and the host name must match.
    record System() implements Trust {}

    /// Any certificate: an attacker in between is not noticed.
    record Insecure() implements Trust {}

    /// Only the authorities (or the very certificate) in a PEM file; the host name must match.
    record Authority(Path file) implements Trust {}

    /// Only the certificate with this SHA-256 fingerprint; its names and dates are not looked at.
    record Fingerprint(String sha256) implements Trust {
        public Fingerprint {
            sha256 = sha256.replace(":", "").toLowerCase(Locale.ROOT);
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException(
                        "a SHA-256 fingerprint has 64 hexadecimal digits");
            }
        }
    }

    /// Parses `system`, `insecure`, `sha256:FINGERPRINT` or the path of a PEM file.
    static Trust parse(String text) {
        if (text.equals("system")) {
            return new System();
        }
        if (text.equals("insecure")) {
            return new Insecure();
        }
        return text.startsWith("sha256:")
                ? new Fingerprint(text.substring("sha256:".length()))
                : new Authority(Path.of(text));
    }

    /// True where the certificate's names must match the host that was asked for.
    default boolean checksHostName() {
        return switch (this) {
            case System _, Authority _ -> true;
            case Insecure _, Fingerprint _ -> false;
        };
    }

    /// The manager to give to a TLS context.
    ///
    /// @throws IOException where the file of authorities cannot be read or holds no certificate
    default X509TrustManager manager() throws IOException {
        return switch (this) {
            case System _ -> authorities(null);
            case Authority(Path file) -> authorities(file);
            case Insecure _ -> new Unchecked(null);
            case Fingerprint(String sha256) -> new Unchecked(sha256);
        };
    }

    private static X509TrustManager authorities(@Nullable Path file) throws IOException {
        try {
            KeyStore store = file == null ? null : load(file);
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    return x509;
                }
            }
            throw new IllegalStateException("bug: the JDK has no X.509 trust manager");
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "cannot read certificates from " + file + ": " + e.getMessage(), e);
        }
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int n = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + n++, c);
            }
        }
        if (n == 0) {
            throw new IOException("no certificate in " + file);
        }
        return store;
    }

    /// Accepts everything, or the one certificate with the fingerprint.
    final class Unchecked implements X509TrustManager {
        private final @Nullable String sha256;

        private Unchecked(@Nullable String sha256) {
            this.sha256 = sha256;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType)
                throws CertificateException {
            throw new CertificateException("not for clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType)
                throws CertificateException {
            if (sha256 == null) {
                return;
            }
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
                String found = HexFormat.of().formatHex(digest);
                if (!found.equals(sha256)) {
                    throw new CertificateException(
                            "the server's certificate has fingerprint sha256:" + found);
                }
            } catch (GeneralSecurityException e) {
                throw e instanceof CertificateException c ? c : new CertificateException(e);
            }
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
