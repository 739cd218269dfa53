package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.StoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// A server that shows the certificate of another one.
@Timeout(30)
class TlsNameTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir private Path directory;

    private KeyStore keys(String name) throws Exception {
        Path file = directory.resolve(name + ".p12");
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "key",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=dns:" + name,
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static void greet(SSLServerSocket listener) {
        while (!listener.isClosed()) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                socket.getOutputStream().write("* BYE come again\r\n".getBytes());
                socket.getInputStream().read();
            } catch (IOException _) {
                // The client did not like the certificate.
            }
        }
    }

    private StoreException failure(String name) throws Exception {
        KeyStore keys = keys(name);
        Path pem = directory.resolve(name + ".pem");
        Files.writeString(
                pem,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("key").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        try (SSLServerSocket listener =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> greet(listener));
            Endpoint endpoint =
                    new Endpoint(
                            "old",
                            "localhost",
                            listener.getLocalPort(),
                            Endpoint.Tls.IMPLICIT,
                            new Trust.Authority(pem));
            return catchThrowableOfType(
                    StoreException.class,
                    () ->
                            ImapStore.open(
                                    endpoint, new LoginAs.Plain("a", "b"), ClientLimits.DEFAULT));
        }
    }

    @Test
    void nameInTheCertificateMustBeTheHosts() throws Exception {
        assertThat(failure("localhost").kind()).isEqualTo(Kind.GONE);
        StoreException e = failure("other.example");
        assertThat(e.kind()).isEqualTo(Kind.TLS);
        assertThat(e).hasMessageContaining("localhost").hasMessageContaining("certificate");
    }
}
