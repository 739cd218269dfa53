package org.imapmirror.replicate;

import org.imapmirror.mailstore.CanonicalDigest;
import org.jspecify.annotations.Nullable;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Takes the digest of a body while it is read.
final class DigestingStream extends FilterInputStream {
    private final CanonicalDigest digest = new CanonicalDigest();
    private @Nullable String hex;

    DigestingStream(InputStream body) {
        super(body);
    }

    @Override
    public int read() throws IOException {
        int octet = super.read();
        if (octet >= 0) {
            digest.write(octet);
        }
        return octet;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
        int n = super.read(octets, offset, length);
        if (n > 0) {
            digest.write(octets, offset, n);
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        throw new IOException("bug: a body that is stored is read, not skipped");
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /// Of what was read; nothing more is to be read then.
    String digest() {
        String known = hex;
        if (known == null) {
            known = digest.hex();
            hex = known;
        }
        return known;
    }
}
