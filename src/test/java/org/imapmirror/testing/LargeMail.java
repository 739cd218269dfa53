package org.imapmirror.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;

/// A message with a number and nearly any size, which is made while it is written and so is never
/// in memory as a whole.
public final class LargeMail {
    private static final int RAW_BLOCK = 57 * 512;

    private final byte[] head;
    private final byte[] block;
    private final int blocks;

    /// @param number different numbers make different messages
    /// @param atLeast the size in octets, less than a block of 40 KB too large
    public LargeMail(int number, long atLeast) {
        head = Mail.message("large " + number, "");
        byte[] raw = new byte[RAW_BLOCK];
        new Random(number).nextBytes(raw);
        block =
                (Base64.getMimeEncoder().encodeToString(raw) + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        blocks = Math.toIntExact((atLeast - head.length + block.length - 1) / block.length);
    }

    public long size() {
        return head.length + (long) block.length * blocks;
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(head);
        for (int i = 0; i < blocks; i++) {
            out.write(block);
        }
    }

    /// SHA-256, as hexadecimal digits.
    public String digest() throws IOException {
        MessageDigest digest = sha256();
        writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
