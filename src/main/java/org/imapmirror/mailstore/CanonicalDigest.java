package org.imapmirror.mailstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 of a message in a form that survives what servers do to it when they store it: line ends
/// are CRLF, whether they came as CRLF or LF, and empty lines at the end (and the last line's own
/// end) are cut. A CR without LF is content.
///
/// A stream to write the message to, in pieces of any size.
public final class CanonicalDigest extends OutputStream {
    private final MessageDigest sha256;
    private final byte[] out = new byte[8192];
    private int used;

    /// Line ends that count only if something follows.
    private long heldLineEnds;

    private boolean heldReturn;

    public CanonicalDigest() {
        sha256 = sha256();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("bug: every JDK has SHA-256", e);
        }
    }

    /// The digest of all that is left of a stream.
    public static String of(InputStream body) throws IOException {
        CanonicalDigest digest = new CanonicalDigest();
        body.transferTo(digest);
        return digest.hex();
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        int i = offset;
        int end = offset + length;
        while (i < end) {
            byte c = octets[i];
            if (c == '\n') {
                heldReturn = false;
                heldLineEnds++;
                i++;
            } else if (heldReturn) {
                heldReturn = false;
                put((byte) '\r');
            } else if (c == '\r') {
                heldReturn = true;
                i++;
            } else {
                int from = i;
                while (i < end && octets[i] != '\n' && octets[i] != '\r') {
                    i++;
                }
                releaseLineEnds();
                put(octets, from, i - from);
            }
        }
    }

    /// The digest of everything written, in 64 hexadecimal digits. Nothing can be written after it.
    public String hex() {
        if (heldReturn) {
            put((byte) '\r');
        }
        sha256.update(out, 0, used);
        used = 0;
        return HexFormat.of().formatHex(sha256.digest());
    }

    private void releaseLineEnds() {
        for (; heldLineEnds > 0; heldLineEnds--) {
            room(2);
            out[used++] = '\r';
            out[used++] = '\n';
        }
    }

    private void put(byte octet) {
        releaseLineEnds();
        room(1);
        out[used++] = octet;
    }

    private void put(byte[] octets, int offset, int length) {
        if (length > out.length) {
            room(out.length);
            sha256.update(octets, offset, length);
            return;
        }
        room(length);
        System.arraycopy(octets, offset, out, used, length);
        used += length;
    }

    private void room(int octets) {
        if (used + octets > out.length) {
            sha256.update(out, 0, used);
            used = 0;
        }
    }
}
