package org.imapmirror.reconcile.sync;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.CanonicalDigest;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/// Digests of messages without their headers, for servers that change these when they store a
/// message: Cyrus writes `X` for every octet that is not ASCII.
final class TextDigests {
    private TextDigests() {}

    /// Of messages of the open mailbox, which are read in full.
    static Map<Long, String> of(ImapStore store, UidSet uids) throws StoreException {
        Map<Long, String> out = new TreeMap<>();
        try {
            store.bodies(uids, (uid, _, body) -> out.put(uid, of(body)));
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE, store.server(), null, "a message was not read to its end", e);
        }
        return out;
    }

    static String of(InputStream body) throws IOException {
        AfterHeader text = new AfterHeader();
        body.transferTo(text);
        return text.digest.hex();
    }

    /// Lets pass what follows the first empty line.
    private static final class AfterHeader extends OutputStream {
        private final CanonicalDigest digest = new CanonicalDigest();
        private boolean inText;
        private boolean lineEmpty = true;

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            int i = offset;
            for (; !inText && i < offset + length; i++) {
                if (octets[i] == '\n') {
                    inText = lineEmpty;
                    lineEmpty = true;
                } else if (octets[i] != '\r') {
                    lineEmpty = false;
                }
            }
            digest.write(octets, i, offset + length - i);
        }
    }
}
