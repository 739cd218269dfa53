package org.imapmirror.mailstore;

import org.imapmirror.imap.Response;
import org.imapmirror.mailstore.LoginAs.Challenged.Mechanism;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The client's side of CRAM-MD5, and of SCRAM without channel binding. With SCRAM the server has
/// to prove that it knows the password, too.
final class Challenge {
    /// More would let a server keep us busy; common are 4096 to some 100,000.
    private static final int MAX_ITERATIONS = 10_000_000;

    private static final int NONCE_BYTES = 18;
    private static final String HEADER = "n,,";

    private final Connection connection;
    private final LoginAs.Challenged login;

    Challenge(Connection connection, LoginAs.Challenged login) {
        this.connection = connection;
        this.login = login;
    }

    /// The server's answer to AUTHENTICATE.
    Response.Tagged answered() throws StoreException {
        String name = login.mechanism().wireName();
        if (!connection.has("AUTH=" + name)) {
            throw connection
                    .failures()
                    .of(
                            Kind.UNSUPPORTED,
                            "it offers no "
                                    + name
                                    + (connection.wire().secure() ? "" : " without TLS"));
        }
        SentCommand command =
                connection.send(
                        CommandText.of("AUTHENTICATE").word(name), SentCommand.Untagged.NONE);
        try {
            return login.mechanism() == Mechanism.CRAM_MD5 ? cram(command) : scram(command);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw connection
                    .failures()
                    .of(Kind.PROTOCOL, "what it sends is not " + name + ": " + e.getMessage());
        }
    }

    private Response.Tagged cram(SentCommand command)
            throws StoreException, GeneralSecurityException {
        String challenge = connection.awaitChallenge(command);
        if (challenge != null) {
            byte[] digest =
                    hmac(
                            "HmacMD5",
                            login.password().getBytes(StandardCharsets.UTF_8),
                            Base64.getDecoder().decode(challenge));
            reply(login.user() + " " + HexFormat.of().formatHex(digest));
        }
        return connection.await(command);
    }

    private Response.Tagged scram(SentCommand command)
            throws StoreException, GeneralSecurityException {
        byte[] random = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(random);
        String own = Base64.getEncoder().withoutPadding().encodeToString(random);
        String bare = "n=" + login.user().replace("=", "=3D").replace(",", "=2C") + ",r=" + own;
        if (connection.awaitChallenge(command) == null) {
            return connection.await(command);
        }
        reply(HEADER + bare);
        String challenge = connection.awaitChallenge(command);
        if (challenge == null) {
            return connection.await(command);
        }
        String first = decoded(challenge);
        String nonce = attribute(first, 'r');
        if (!nonce.startsWith(own) || nonce.length() == own.length()) {
            throw new GeneralSecurityException("not an answer to our nonce");
        }
        byte[] salted = salted(attribute(first, 's'), Integer.parseInt(attribute(first, 'i')));
        String unproved =
                "c="
                        + Base64.getEncoder()
                                .encodeToString(HEADER.getBytes(StandardCharsets.US_ASCII))
                        + ",r="
                        + nonce;
        byte[] all = (bare + "," + first + "," + unproved).getBytes(StandardCharsets.UTF_8);
        byte[] clientKey = hmac(mac(), salted, ascii("Client Key"));
        byte[] proof = hmac(mac(), MessageDigest.getInstance(hash()).digest(clientKey), all);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        reply(unproved + ",p=" + Base64.getEncoder().encodeToString(proof));
        String last = connection.awaitChallenge(command);
        if (last != null) {
            byte[] expected = hmac(mac(), hmac(mac(), salted, ascii("Server Key")), all);
            byte[] told = Base64.getDecoder().decode(attribute(decoded(last), 'v'));
            if (!MessageDigest.isEqual(expected, told)) {
                throw new GeneralSecurityException("it does not know the password itself");
            }
            reply("");
        }
        Response.Tagged answer = connection.await(command);
        if (last == null && Failures.isOk(answer)) {
            throw new GeneralSecurityException("it did not prove that it knows the password");
        }
        return answer;
    }

    private byte[] salted(String salt, int iterations) throws GeneralSecurityException {
        if (iterations < 1 || iterations > MAX_ITERATIONS) {
            throw new GeneralSecurityException("it wants " + iterations + " iterations");
        }
        // SASLprep, as far as passwords need it.
        String prepared = Normalizer.normalize(login.password(), Normalizer.Form.NFKC);
        return SecretKeyFactory.getInstance("PBKDF2With" + mac())
                .generateSecret(
                        new PBEKeySpec(
                                prepared.toCharArray(),
                                Base64.getDecoder().decode(salt),
                                iterations,
                                MessageDigest.getInstance(hash()).getDigestLength() * 8))
                .getEncoded();
    }

    private String hash() {
        return login.mechanism() == Mechanism.SCRAM_SHA_1 ? "SHA-1" : "SHA-256";
    }

    private String mac() {
        return login.mechanism() == Mechanism.SCRAM_SHA_1 ? "HmacSHA1" : "HmacSHA256";
    }

    private void reply(String text) throws StoreException {
        connection.write(
                Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "\r\n");
    }

    private static byte[] hmac(String algorithm, byte[] key, byte[] text)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        return mac.doFinal(text);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String decoded(@Nullable String text) {
        return new String(
                Base64.getDecoder().decode(text == null ? "" : text), StandardCharsets.UTF_8);
    }

    private static String attribute(String message, char name) throws GeneralSecurityException {
        for (String part : message.split(",")) {
            if (part.startsWith(name + "=")) {
                return part.substring(2);
            }
        }
        throw new GeneralSecurityException("no attribute " + name);
    }
}
