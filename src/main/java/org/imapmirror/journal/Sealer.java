package org.imapmirror.journal;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;

import org.imapmirror.state.Keyring;
import org.imapmirror.state.MasterKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Encrypts bodies on their way to the disk, where the configuration has a key for that.
///
/// Each body has a key of its own, which stands in front of it, wrapped by the master key. Small
/// bodies are one AES-GCM message, large ones numbered segments of 64 KiB with a mark on the last
/// (Tink's streaming AEAD), so that no part can be changed, exchanged or cut off unnoticed. Both
/// are bound to the body's ID.
final class Sealer {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final byte WHOLE = 1;
    private static final byte SEGMENTS = 2;
    private static final int SEGMENT = 64 * 1024;
    private static final int DATA_KEY = 32;
    private static final int WRAPPED = DATA_KEY + MasterKey.OVERHEAD;

    private final @Nullable Keyring keys;
    private final Set<String> missed = ConcurrentHashMap.newKeySet();

    /// @param keys null: bodies are stored as they are
    Sealer(@Nullable Keyring keys) {
        this.keys = keys;
    }

    /// Names the key that new bodies are sealed with, null where they are not.
    @Nullable String keyId() {
        return keys == null ? null : keys.current().id();
    }

    /// False, and an error in the log the first time, where the key of that name is not configured.
    boolean canOpen(@Nullable String keyId) {
        if (keyId == null || (keys != null && keys.key(keyId) != null)) {
            return true;
        }
        if (missed.add(keyId)) {
            LOG.atError()
                    .addKeyValue("key", keyId)
                    .log(
                            "bodies in the journal are sealed with a key that is not in"
                                + " journal.encryption: mirrors need the primary for them; add the"
                                + " key to journal.encryption.old-keys");
        }
        return false;
    }

    /// A small body as it is stored.
    byte[] seal(byte[] body, String id) {
        if (keys == null) {
            return body;
        }
        byte[] dataKey = MasterKey.random();
        byte[] sealed = MasterKey.of(dataKey).seal(body, id);
        return ByteBuffer.allocate(1 + WRAPPED + sealed.length)
                .put(WHOLE)
                .put(keys.current().seal(dataKey, id))
                .put(sealed)
                .array();
    }

    /// What is written here comes sealed to `out`, the end with [WritableByteChannel#close], which
    /// leaves `out` open.
    WritableByteChannel sealing(WritableByteChannel out, String id) throws IOException {
        WritableByteChannel open = new LeftOpen(out);
        if (keys == null) {
            return open;
        }
        byte[] dataKey = MasterKey.random();
        ByteBuffer head =
                ByteBuffer.allocate(1 + WRAPPED)
                        .put(SEGMENTS)
                        .put(keys.current().seal(dataKey, id))
                        .flip();
        while (head.hasRemaining()) {
            out.write(head);
        }
        try {
            return streaming(dataKey).newEncryptingChannel(open, context(id));
        } catch (GeneralSecurityException e) {
            throw new IOException("a body cannot be sealed: " + e.getMessage(), e);
        }
    }

    /// The body as it was.
    ///
    /// @param keyId what [#keyId()] was when it was stored
    /// @throws IOException where its key is not here, or it is damaged, also from the stream
    InputStream open(InputStream stored, String id, @Nullable String keyId) throws IOException {
        if (keyId == null) {
            return stored;
        }
        MasterKey master = keys == null ? null : keys.key(keyId);
        if (master == null) {
            throw new IOException(
                    "the body "
                            + id
                            + " is sealed with the key "
                            + keyId
                            + ", which is not in journal.encryption");
        }
        int form = stored.read();
        byte[] wrapped = stored.readNBytes(WRAPPED);
        try {
            byte[] dataKey = master.unseal(wrapped, id);
            if (form == WHOLE) {
                return new ByteArrayInputStream(
                        MasterKey.of(dataKey).unseal(stored.readAllBytes(), id));
            }
            if (form == SEGMENTS) {
                return streaming(dataKey).newDecryptingStream(stored, context(id));
            }
            throw new IOException("the body " + id + " is sealed in an unknown form: " + form);
        } catch (GeneralSecurityException e) {
            throw new IOException("the sealed body " + id + " is damaged", e);
        }
    }

    private static AesGcmHkdfStreaming streaming(byte[] dataKey) throws GeneralSecurityException {
        return new AesGcmHkdfStreaming(dataKey, "HmacSha256", DATA_KEY, SEGMENT, 0);
    }

    private static byte[] context(String id) {
        return id.getBytes(StandardCharsets.US_ASCII);
    }

    private record LeftOpen(WritableByteChannel out) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer data) throws IOException {
            return out.write(data);
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() {}
    }
}
