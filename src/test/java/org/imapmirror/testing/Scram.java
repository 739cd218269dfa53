package org.imapmirror.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The client's side of SCRAM without channel binding (RFC 5802, RFC 7677), message by message.
public final class Scram {
    private static final String NONCE = "fyko-d2lbbFgONRv9qkxdawL";
    private static final String HEADER = "n,,";

    private final String hash;
    private final String user;
    private final String password;
    private byte[] serverSignature = {};

    /// @param mechanism `SCRAM-SHA-1` or `SCRAM-SHA-256`
    public Scram(String mechanism, String user, String password) {
        this.hash = mechanism.equals("SCRAM-SHA-1") ? "1" : "256";
        this.user = user;
        this.password = password;
    }

    private String bare() {
        return "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + NONCE;
    }

    /// In base64, like every message here.
    public String first() {
        return encode(HEADER + bare());
    }

    /// The answer to the server's first message.
    public String last(String challenge) throws GeneralSecurityException {
        String server = decode(challenge);
        String nonce = attribute(server, 'r');
        if (!nonce.startsWith(NONCE)) {
            throw new GeneralSecurityException("not an answer to our nonce");
        }
        byte[] salted =
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA" + hash)
                        .generateSecret(
                                new PBEKeySpec(
                                        password.toCharArray(),
                                        Base64.getDecoder().decode(attribute(server, 's')),
                                        Integer.parseInt(attribute(server, 'i')),
                                        hash.equals("1") ? 160 : 256))
                        .getEncoded();
        String unproved = "c=" + encode(HEADER) + ",r=" + nonce;
        String all = bare() + "," + server + "," + unproved;
        byte[] clientKey = hmac(salted, "Client Key");
        byte[] stored =
                MessageDigest.getInstance(hash.equals("1") ? "SHA-1" : "SHA-256").digest(clientKey);
        byte[] proof = hmac(stored, all);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        serverSignature = hmac(hmac(salted, "Server Key"), all);
        return encode(unproved + ",p=" + Base64.getEncoder().encodeToString(proof));
    }

    /// The server's last message proves that it knows the password too.
    public boolean proves(String message) {
        return Arrays.equals(
                Base64.getDecoder().decode(attribute(decode(message), 'v')), serverSignature);
    }

    private byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA" + hash);
        mac.init(new SecretKeySpec(key, "HMAC"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String attribute(String message, char name) {
        for (String part : message.split(",")) {
            if (part.startsWith(name + "=")) {
                return part.substring(2);
            }
        }
        throw new IllegalArgumentException("no attribute " + name);
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
