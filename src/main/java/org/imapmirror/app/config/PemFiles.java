package org.imapmirror.app.config;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks into the listeners' certificate and key before anything is started with them.
final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private PemFiles() {}

    /// Notes what is wrong in the section `tls`.
    static void check(Section tls, Path certificate, Path key) {
        Certificate leaf = certificate(tls, certificate);
        byte[] encoded = key(tls, key);
        if (leaf == null || encoded == null) {
            return;
        }
        try {
            if (!belongTogether(leaf, encoded)) {
                tls.problemWithValue(
                        "key",
                        "does not belong to the certificate",
                        "give the key that the certificate was made with");
            }
        } catch (GeneralSecurityException _) {
            tls.problemWithValue(
                    "key",
                    "is not a key of the certificate's kind ("
                            + leaf.getPublicKey().getAlgorithm()
                            + ")",
                    "give the key that the certificate was made with");
        }
    }

    private static @Nullable Certificate certificate(Section tls, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!chain.isEmpty()) {
                return chain.iterator().next();
            }
            tls.problemWithValue("certificate", "holds no certificate", pemRemedy());
        } catch (CertificateException _) {
            tls.problemWithValue("certificate", "is not a certificate", pemRemedy());
        } catch (IOException e) {
            tls.problemWithValue("certificate", Substitution.reason(e), pemRemedy());
        }
        return null;
    }

    private static byte @Nullable [] key(Section tls, Path file) {
        String remedy = "convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW";
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            Matcher matcher = KEY.matcher(text);
            if (matcher.find()) {
                return Base64.getMimeDecoder().decode(matcher.group(1));
            }
            tls.problemWithValue(
                    "key",
                    text.contains("ENCRYPTED")
                            ? "has a passphrase"
                            : text.contains("PRIVATE KEY-----")
                                    ? "is a private key, but not in PKCS#8"
                                    : "holds no private key in PEM",
                    remedy);
        } catch (IOException e) {
            tls.problemWithValue("key", Substitution.reason(e), remedy);
        } catch (IllegalArgumentException _) {
            tls.problemWithValue("key", "is damaged", remedy);
        }
        return null;
    }

    private static String pemRemedy() {
        return "give a PEM file with the server's certificate first, then those of its authorities";
    }

    private static boolean belongTogether(Certificate certificate, byte[] key)
            throws GeneralSecurityException {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        String signing =
                switch (algorithm) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "EdDSA" -> "EdDSA";
                    // The TLS library will say what it thinks of it.
                    default -> null;
                };
        if (signing == null) {
            return true;
        }
        PrivateKey privateKey =
                KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
        byte[] proof = {1, 2, 3};
        Signature signature = Signature.getInstance(signing);
        signature.initSign(privateKey);
        signature.update(proof);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(proof);
        return signature.verify(signed);
    }
}
