package org.imapmirror.audit;

import org.imapmirror.state.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// Finds out where a chain ends after a crash, which may have come after lines were written and
/// before the database knew of it. What the database expects there is still in the outbox, so every
/// octet behind the last known line is compared with it.
final class AuditTail {
    private static final Logger LOG = LoggerFactory.getLogger(AuditTail.class);

    private final Database state;
    private final String archive;
    private final Path directory;
    private AuditHead at;
    private boolean goesOn = true;

    /// @param head the last line in the files
    /// @param appendable whether the last file ends with it, so that the next line goes there
    record End(AuditHead head, boolean appendable) {}

    private AuditTail(Database state, String archive, Path directory, AuditHead known) {
        this.state = state;
        this.archive = archive;
        this.directory = directory;
        this.at = known;
    }

    /// Makes the files and the database agree. A line that is torn is completed, or cut off where
    /// it is not the beginning of the expected one; whole lines are never touched.
    static End settle(Database state, String archive, Path directory) throws IOException {
        List<Path> files = AuditFiles.list(directory);
        AuditHead known = AuditOutbox.head(state, archive).orElse(null);
        if (known == null) {
            AuditHead last = last(files);
            if (last.n() > 0) {
                LOG.warn(
                        "audit archive={} the state database is new: the chain goes on after line"
                                + " {}",
                        archive,
                        last.n());
            }
            AuditOutbox.begin(state, archive, last);
            known = last;
        }
        AuditTail tail = new AuditTail(state, archive, directory, known);
        return tail.settle(files);
    }

    private End settle(List<Path> files) throws IOException {
        AuditHead known = at;
        int from = 0;
        for (int i = 0; i < files.size(); i++) {
            if (AuditFiles.first(files.get(i)) <= known.n()) {
                from = i;
            }
        }
        boolean found = known.n() == 0;
        for (Path file : files.subList(from, files.size())) {
            found |= follow(file, known);
        }
        if (!found) {
            goesOn = false;
            LOG.error(
                    "audit archive={} line {} is not in {}: somebody changed the audit log; it goes"
                            + " on in a new file, and audit verify will tell what is missing",
                    archive,
                    known.n(),
                    directory);
        }
        if (at.n() > known.n()) {
            AuditOutbox.written(state, archive, at);
        }
        return new End(at, goesOn && !files.isEmpty());
    }

    /// @return whether the last known line is in this file
    private boolean follow(Path file, AuditHead known) throws IOException {
        boolean found = false;
        long offset = 0;
        Deque<String> expected = new ArrayDeque<>();
        try (AuditFiles.Lines lines = new AuditFiles.Lines(file)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (lines.torn()) {
                    torn(file, offset, line);
                    break;
                }
                offset += line.length + 1;
                AuditLine parsed = AuditLine.parse(line);
                if (parsed != null && parsed.n() <= known.n()) {
                    found |= parsed.head().equals(known);
                    continue;
                }
                if (expected.isEmpty()) {
                    expected.addAll(AuditOutbox.entries(state, archive, at.n(), 1000));
                }
                String entry = expected.poll();
                AuditLine next = entry == null ? null : AuditLine.after(at, entry);
                if (next == null || !Arrays.equals(next.octets(), line)) {
                    goesOn = false;
                    LOG.error(
                            "audit archive={} file={} holds a line after {} that imapmirror did"
                                    + " not write; the log goes on in a new file",
                            archive,
                            file,
                            at.n());
                    return found;
                }
                at = next.head();
            }
        }
        return found;
    }

    private void torn(Path file, long offset, byte[] part) throws IOException {
        List<String> entries = AuditOutbox.entries(state, archive, at.n(), 1);
        byte[] whole =
                entries.isEmpty()
                        ? new byte[0]
                        : AuditLine.after(at, entries.getFirst()).withLineEnd();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (part.length < whole.length
                    && Arrays.equals(whole, 0, part.length, part, 0, part.length)) {
                ByteBuffer rest = ByteBuffer.wrap(whole, part.length, whole.length - part.length);
                long position = offset + part.length;
                while (rest.hasRemaining()) {
                    position += channel.write(rest, position);
                }
                at = AuditLine.after(at, entries.getFirst()).head();
            } else {
                LOG.warn(
                        "audit archive={} file={} ended with {} octets of no line, which were cut"
                                + " off",
                        archive,
                        file,
                        part.length);
                channel.truncate(offset);
            }
            channel.force(true);
        }
    }

    /// The last whole line of the files.
    private static AuditHead last(List<Path> files) throws IOException {
        for (Path file : files.reversed()) {
            AuditHead last = null;
            try (AuditFiles.Lines lines = new AuditFiles.Lines(file)) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    AuditLine parsed = lines.torn() ? null : AuditLine.parse(line);
                    last = parsed == null ? last : parsed.head();
                }
            }
            if (last != null) {
                return last;
            }
        }
        return AuditHead.START;
    }
}
