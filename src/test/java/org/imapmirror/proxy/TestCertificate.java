package org.imapmirror.proxy;

import org.imapmirror.imap.Trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A self-signed certificate with its key, made by the JDK's keytool.
///
/// @param file PEM
/// @param key PEM, PKCS#8
/// @param context for a server that shows it
/// @param fingerprint SHA-256, hexadecimal
record TestCertificate(Path file, Path key, SSLContext context, String fingerprint) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /// @param names as in `san=dns:localhost,ip:127.0.0.1`
    static TestCertificate in(Path directory, String names) throws Exception {
        Path store = directory.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "it",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=imapmirror test",
                                "-ext",
                                names,
                                "-validity",
                                "30",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD),
                                "-keystore",
                                store.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed: " + output);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        byte[] certificate = keys.getCertificate("it").getEncoded();
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, new SecureRandom());
        return new TestCertificate(
                pem(directory.resolve("it.crt"), "CERTIFICATE", certificate),
                pem(
                        directory.resolve("it.key"),
                        "PRIVATE KEY",
                        keys.getKey("it", PASSWORD).getEncoded()),
                context,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate)));
    }

    /// For a client that believes only this certificate.
    static SSLContext trusting(Path file) {
        try {
            X509TrustManager manager = new Trust.Authority(file).manager();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, new SecureRandom());
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path pem(Path file, String what, byte[] octets) throws IOException {
        return Files.writeString(
                file,
                "-----BEGIN "
                        + what
                        + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets)
                        + "\n-----END "
                        + what
                        + "-----\n");
    }
}
