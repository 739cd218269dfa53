package org.imapmirror.journal;

import org.imapmirror.event.PayloadRef;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/// A body whose last octets are handed out only when all of it is what was stored, so that a
/// damaged body can never be completed on a mirror.
final class VerifiedInputStream extends FilterInputStream {
    private final PayloadRef ref;
    private final MessageDigest digest = Spool.sha256();
    private final Runnable damaged;
    private long left;

    /// @param damaged is told when it turns out to be something else
    VerifiedInputStream(InputStream in, PayloadRef ref, Runnable damaged) {
        super(in);
        this.damaged = damaged;
        this.ref = ref;
        this.left = ref.size();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return verified(target, offset, length);
        } catch (IOException e) {
            damaged.run();
            throw e;
        }
    }

    private int verified(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int n = super.read(target, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new EOFException(
                    "the body " + ref.id() + " in the spool lacks " + left + " octets");
        }
        digest.update(target, offset, n);
        left -= n;
        if (left == 0 && !HexFormat.of().formatHex(digest.digest()).equals(ref.sha256())) {
            throw new IOException("the body " + ref.id() + " in the spool is damaged");
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        byte[] nowhere = new byte[8192];
        long skipped = 0;
        while (skipped < n) {
            int read = read(nowhere, 0, (int) Math.min(nowhere.length, n - skipped));
            if (read < 0) {
                break;
            }
            skipped += read;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
