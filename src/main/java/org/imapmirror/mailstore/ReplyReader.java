package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.LiteralHeader;
import org.imapmirror.mailstore.Cursor.MalformedReply;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Puts frames together to responses. Literals are small and kept, but for the bodies of messages
/// that a [BodySink] waits for: those go to it while they arrive, if their UID came before them,
/// and into a [Spool] otherwise.
final class ReplyReader {
    /// Stands in a response for a body that went to the sink.
    static final byte[] STREAMED = {};

    /// Stands in a response for a body that is in [#takeSpool()].
    static final byte[] SPOOLED = {};

    /// Literals that are kept: names, header fields.
    private static final int MAX_KEPT = 16 * 1024 * 1024;

    private final Endpoint server;
    private final Wire wire;
    private final ClientLimits limits;
    private @Nullable BodySink bodies;
    private @Nullable Spool spool;

    ReplyReader(Endpoint server, Wire wire, ClientLimits limits) {
        this.server = server;
        this.wire = wire;
        this.limits = limits;
    }

    /// From now on bodies go to this sink; null for none.
    void bodiesTo(@Nullable BodySink sink) {
        bodies = sink;
    }

    /// The spooled body of the response that was just read.
    Spool takeSpool() {
        Spool taken = spool;
        if (taken == null) {
            throw new IllegalStateException("bug: no body was spooled");
        }
        spool = null;
        return taken;
    }

    /// The next response.
    ///
    /// @param timeout for its first octets
    /// @return null where none came in that time
    /// @throws UncheckedIOException where the sink failed
    @Nullable Reply next(Duration timeout) throws StoreException {
        Frame frame = wire.next(timeout);
        if (frame == null) {
            return null;
        }
        dropSpool();
        List<byte[]> lines = new ArrayList<>(1);
        List<byte[]> literals = new ArrayList<>(0);
        while (true) {
            if (!(frame instanceof Frame.Line line) || line.truncated()) {
                throw garbage("a line without end");
            }
            lines.add(line.text());
            LiteralHeader literal = line.literal();
            if (literal == null) {
                return parse(lines, literals);
            }
            literals.add(literal(lines, literals, literal));
            frame = wire.next();
        }
    }

    private Reply parse(List<byte[]> lines, List<byte[]> literals) throws StoreException {
        try {
            return Reply.parse(lines, literals);
        } catch (MalformedReply e) {
            throw garbage(String.valueOf(e.getMessage()));
        }
    }

    private byte[] literal(List<byte[]> lines, List<byte[]> literals, LiteralHeader header)
            throws StoreException {
        LiteralStream stream = new LiteralStream(wire);
        BodySink sink = bodies;
        if (sink != null && announcesBody(lines)) {
            long uid = uidBefore(lines, literals);
            try {
                if (uid > 0) {
                    sink.body(uid, header.size(), stream);
                    stream.drain();
                    return STREAMED;
                }
                if (header.size() > limits.spoolBytes()) {
                    throw new StoreException(
                            Kind.UNSUPPORTED,
                            server,
                            "TOOBIG",
                            "a message of " + header.size() + " octets is too large to be spooled");
                }
                spool = Spool.of(stream, header.size(), limits.spool());
                stream.drain();
                return SPOOLED;
            } catch (LiteralStream.SourceGone e) {
                throw e.reason();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        try {
            byte[] piece = new byte[(int) Math.min(8192, header.size() + 1)];
            for (int n = stream.read(piece); n >= 0; n = stream.read(piece)) {
                kept.write(piece, 0, n);
                if (kept.size() > MAX_KEPT) {
                    throw garbage("a literal that nobody asked for");
                }
            }
        } catch (LiteralStream.SourceGone e) {
            throw e.reason();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return kept.toByteArray();
    }

    private static boolean announcesBody(List<byte[]> lines) {
        byte[] line = lines.getLast();
        int brace = line.length - 1;
        while (brace > 0 && line[brace] != '{') {
            brace--;
        }
        int end = brace > 0 && line[brace - 1] == '~' ? brace - 1 : brace;
        String before =
                new String(
                        line,
                        Math.max(0, end - 8),
                        end - Math.max(0, end - 8),
                        StandardCharsets.ISO_8859_1);
        return before.strip().toUpperCase(Locale.ROOT).endsWith("BODY[]");
    }

    /// The UID that the response named before the literal that is to come; 0 for none.
    private static long uidBefore(List<byte[]> lines, List<byte[]> literals) {
        Cursor in = new Cursor(lines, literals);
        in.word();
        in.word();
        in.word();
        if (in.peek() != '(') {
            return 0;
        }
        try {
            return in.uidInOpenList();
        } catch (MalformedReply _) {
            return 0;
        }
    }

    private void dropSpool() {
        Spool old = spool;
        spool = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Frees what a connection that ended left behind.
    void close() {
        dropSpool();
    }

    private StoreException garbage(String what) {
        return new StoreException(Kind.PROTOCOL, server, null, "its answer is not IMAP: " + what);
    }
}
