package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Frame;
import org.imapmirror.imap.ImapString;
import org.imapmirror.imap.LiteralHeader;
import org.imapmirror.imap.MalformedException;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.Tokens;
import org.imapmirror.imap.WireMessage;
import org.imapmirror.imap.WireMessage.Literal;
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
    /// Literals that are kept: names, header fields.
    private static final int MAX_KEPT = 16 * 1024 * 1024;

    private final Failures failures;
    private final Wire wire;
    private final ClientLimits limits;
    private @Nullable BodySink bodies;
    private @Nullable Spool spool;

    ReplyReader(Endpoint server, Wire wire, ClientLimits limits) {
        this.failures = new Failures(server);
        this.wire = wire;
        this.limits = limits;
    }

    /// From now on bodies go to this sink; null for none.
    void bodiesTo(@Nullable BodySink sink) {
        bodies = sink;
    }

    /// The spooled body of the response that was just read; null where it has none.
    @Nullable Spool takeSpool() {
        Spool taken = spool;
        spool = null;
        return taken;
    }

    /// The next response.
    ///
    /// @param timeout for its first octets
    /// @return null where none came in that time
    /// @throws UncheckedIOException where the sink failed
    @Nullable Response next(Duration timeout) throws StoreException {
        Frame frame = wire.next(timeout);
        if (frame == null) {
            return null;
        }
        dropSpool();
        List<byte[]> lines = new ArrayList<>(1);
        List<Literal> literals = new ArrayList<>(0);
        while (true) {
            if (!(frame instanceof Frame.Line line) || line.truncated()) {
                throw failures.garbage("a line without end");
            }
            lines.add(line.text());
            LiteralHeader literal = line.literal();
            if (literal == null) {
                return Response.parse(new WireMessage(lines, literals, false), false);
            }
            literals.add(literal(lines, literals, literal));
            frame = wire.next();
        }
    }

    private Literal literal(List<byte[]> lines, List<Literal> literals, LiteralHeader header)
            throws StoreException {
        LiteralStream stream = new LiteralStream(wire);
        BodySink sink = bodies;
        try {
            if (sink == null || !announcesBody(lines)) {
                return new Literal(new ImapString.Octets(kept(stream), true), header.binary());
            }
            long uid = uidBefore(lines, literals, header);
            if (uid > 0) {
                sink.body(uid, header.size(), stream);
            } else {
                spool(stream, header.size());
            }
            stream.drain();
            return omitted(header);
        } catch (LiteralStream.SourceGone e) {
            throw e.reason();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Literal omitted(LiteralHeader header) {
        return new Literal(new ImapString.OmittedLiteral(header.size()), header.binary());
    }

    private byte[] kept(LiteralStream stream) throws StoreException, IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] piece = new byte[4096];
        for (int n = stream.read(piece); n >= 0; n = stream.read(piece)) {
            kept.write(piece, 0, n);
            if (kept.size() > MAX_KEPT) {
                throw failures.garbage("a literal that nobody asked for");
            }
        }
        return kept.toByteArray();
    }

    private void spool(LiteralStream stream, long size) throws StoreException, IOException {
        if (size > limits.spoolBytes()) {
            throw failures.of(
                    Kind.UNSUPPORTED,
                    "it tells the UID of a message behind its "
                            + size
                            + " octets, which are too many to be spooled");
        }
        spool = Spool.of(stream, size, limits.spool());
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
    private static long uidBefore(
            List<byte[]> lines, List<Literal> literals, LiteralHeader header) {
        List<byte[]> seen = new ArrayList<>(lines);
        seen.add(new byte[0]);
        List<Literal> values = new ArrayList<>(literals);
        values.add(omitted(header));
        Tokens tokens = new WireMessage(seen, values, false).tokens();
        long uid = 0;
        try {
            tokens.atom();
            tokens.number();
            tokens.atom();
            tokens.enter();
            while (!tokens.end()) {
                if (tokens.itemName().equals("UID")) {
                    uid = tokens.nonZero();
                } else {
                    tokens.skipValue();
                }
            }
        } catch (MalformedException _) {
            // If it is no FETCH, it does not become one by its end either.
        }
        return uid;
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
}
