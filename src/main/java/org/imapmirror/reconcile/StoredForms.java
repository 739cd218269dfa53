package org.imapmirror.reconcile;

import org.imapmirror.event.UidSet;
import org.imapmirror.mailstore.CanonicalDigest;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/// The digests that a message may have where it is stored: Cyrus writes `X` for every octet of a
/// header that is not ASCII. Nothing else may differ, so that two messages of which only the
/// headers are alike never pass for one.
///
/// @param exact [CanonicalDigest] of the message as it is
/// @param ascii the same with `X` for those octets; of a message that such a server holds it is the
///   exact one
public record StoredForms(String exact, String ascii) {
    /// True where a server stored this message and shows one with that digest.
    public boolean isStoredAs(@Nullable String digest) {
        return exact.equals(digest) || ascii.equals(digest);
    }

    /// True where at most such octets tell the two apart.
    public boolean isAlike(StoredForms other) {
        return ascii.equals(other.ascii);
    }

    /// All that is left of a stream.
    public static StoredForms of(InputStream message) throws IOException {
        Forms forms = new Forms();
        message.transferTo(forms);
        return new StoredForms(forms.exact.hex(), forms.ascii.hex());
    }

    /// Of messages of the open mailbox, which are read in full. Those that are not there are
    /// absent.
    public static Map<Long, StoredForms> of(ImapStore store, UidSet uids) throws StoreException {
        Map<Long, StoredForms> out = new TreeMap<>();
        try {
            store.bodies(uids, (uid, _, body) -> out.put(uid, of(body)));
        } catch (IOException e) {
            throw new StoreException(
                    Kind.GONE, store.server(), null, "a message was not read to its end", e);
        }
        return out;
    }

    private static final class Forms extends OutputStream {
        private final CanonicalDigest exact = new CanonicalDigest();
        private final CanonicalDigest ascii = new CanonicalDigest();
        private boolean inHeader = true;
        private boolean lineIsEmpty = true;

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            exact.write(octets, offset, length);
            int end = offset + length;
            int i = offset;
            if (inHeader) {
                byte[] header = new byte[length];
                for (; inHeader && i < end; i++) {
                    byte octet = octets[i];
                    header[i - offset] = octet < 0 ? (byte) 'X' : octet;
                    if (octet == '\n') {
                        inHeader = !lineIsEmpty;
                        lineIsEmpty = true;
                    } else if (octet != '\r') {
                        lineIsEmpty = false;
                    }
                }
                ascii.write(header, 0, i - offset);
            }
            ascii.write(octets, i, end - i);
        }
    }
}
