package org.imapmirror.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// A line of the audit log: a JSON object whose last member, `hash`, is the SHA-256 of all octets
/// before `,"hash":`, and whose last but one, `prev`, is the hash of the line before.
///
/// @param n counts the lines of a chain, from 1
/// @param octets without the line end
record AuditLine(long n, String prev, String hash, byte[] octets) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final byte[] HASH = ",\"hash\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int HEX = 64;

    /// What follows the hashed octets: the member, its value, and `"}`.
    private static final int SEAL = HASH.length + HEX + 2;

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /// The line that follows another one.
    ///
    /// @param entry a JSON object
    static AuditLine after(AuditHead before, String entry) {
        long n = before.n() + 1;
        String body =
                "{\"n\":"
                        + n
                        + ","
                        + entry.substring(1, entry.length() - 1)
                        + ",\"prev\":\""
                        + before.hash()
                        + "\"";
        byte[] hashed = body.getBytes(StandardCharsets.UTF_8);
        String hash = HexFormat.of().formatHex(sha256().digest(hashed));
        byte[] octets = (body + ",\"hash\":\"" + hash + "\"}").getBytes(StandardCharsets.UTF_8);
        return new AuditLine(n, before.hash(), hash, octets);
    }

    /// Reads a line and checks that its hash is that of its octets.
    ///
    /// @return null where it is not such a line
    static @Nullable AuditLine parse(byte[] octets) {
        int end = octets.length - SEAL;
        if (end < 2
                || !Arrays.equals(octets, end, end + HASH.length, HASH, 0, HASH.length)
                || octets[octets.length - 1] != '}') {
            return null;
        }
        try {
            JsonNode node = JSON.readTree(octets);
            String hash = node.path("hash").asText();
            String prev = node.path("prev").asText();
            MessageDigest sha256 = sha256();
            sha256.update(octets, 0, end);
            boolean intact =
                    DIGEST.matcher(prev).matches()
                            && node.path("n").isIntegralNumber()
                            && HexFormat.of().formatHex(sha256.digest()).equals(hash)
                            && new String(octets, end, SEAL, StandardCharsets.US_ASCII)
                                    .equals(",\"hash\":\"" + hash + "\"}");
            return intact ? new AuditLine(node.path("n").asLong(), prev, hash, octets) : null;
        } catch (IOException _) {
            return null;
        }
    }

    AuditHead head() {
        return new AuditHead(n, hash);
    }

    /// As it is in the file.
    byte[] withLineEnd() {
        byte[] out = Arrays.copyOf(octets, octets.length + 1);
        out[octets.length] = '\n';
        return out;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every JDK has SHA-256", e);
        }
    }
}
