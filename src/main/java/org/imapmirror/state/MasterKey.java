package org.imapmirror.state;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A key of 256 bits that seals small things with AES-GCM: other keys, passwords. Each sealing has
/// a nonce of its own, chosen at random, which bears some four thousand million of them.
public final class MasterKey {
    /// Octets that sealing adds: the nonce in front, the tag behind.
    public static final int OVERHEAD = 12 + 16;

    private static final int OCTETS = 32;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String id;
    private final SecretKeySpec key;

    private MasterKey(byte[] octets) {
        this.id = idOf(octets);
        this.key = new SecretKeySpec(octets, "AES");
    }

    /// @throws IllegalArgumentException where these are not 32 octets; it does not show them
    public static MasterKey of(byte[] octets) {
        if (octets.length != OCTETS) {
            throw new IllegalArgumentException(
                    "is a key of " + octets.length + " octets instead of " + OCTETS);
        }
        return new MasterKey(octets);
    }

    /// Reads a key of 64 hexadecimal digits, or in base64.
    ///
    /// @throws IllegalArgumentException where it is neither; it does not show the text
    public static MasterKey parse(String text) {
        String stripped = text.strip();
        if (stripped.matches("[0-9A-Fa-f]{64}")) {
            return of(HexFormat.of().parseHex(stripped));
        }
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(stripped);
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("is a key neither in base64 nor in hexadecimal");
        }
        return of(octets);
    }

    /// Octets for a new key.
    public static byte[] random() {
        byte[] octets = new byte[OCTETS];
        RANDOM.nextBytes(octets);
        return octets;
    }

    /// Names the key without telling anything about it.
    public String id() {
        return id;
    }

    private static String idOf(byte[] octets) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("imapmirror key id".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(octets), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every Java has SHA-256", e);
        }
    }

    /// @param context what the sealed thing belongs to: unsealed elsewhere it is not accepted
    public byte[] seal(byte[] plain, String context) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = Arrays.copyOf(nonce, NONCE + plain.length + TAG_BITS / 8);
            cipher(Cipher.ENCRYPT_MODE, nonce, context)
                    .doFinal(plain, 0, plain.length, sealed, NONCE);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("bug: every Java has AES-GCM", e);
        }
    }

    /// @throws GeneralSecurityException where it was sealed with another key or for another
    ///   context, or was changed
    public byte[] unseal(byte[] sealed, String context) throws GeneralSecurityException {
        if (sealed.length < OVERHEAD) {
            throw new GeneralSecurityException("too short");
        }
        return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), context)
                .doFinal(sealed, NONCE, sealed.length - NONCE);
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "MasterKey[" + id + "]";
    }
}
