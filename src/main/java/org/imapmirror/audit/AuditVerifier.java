package org.imapmirror.audit;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Checks a chain from its files alone, beside a running writer or without one.
public final class AuditVerifier {
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> notes = new ArrayList<>();
    private final List<AuditHead> wanted;
    private long lines;
    private long first;
    private AuditHead last = AuditHead.START;

    /// The number that the next line must have, and the hash that it must refer to; 0 and null
    /// where that cannot be said.
    private long expected;

    private @Nullable String prev;

    /// @param line its place in the file, from 1; 0 for the file as a whole
    public record Finding(String file, long line, String what) {}

    /// @param lines that were read
    /// @param first number of the first line, 0 for none
    /// @param last the last line, as claimed
    /// @param findings what was changed; empty means intact
    /// @param notes what is no change
    public record Report(
            long lines, long first, AuditHead last, List<Finding> findings, List<Finding> notes) {
        public boolean intact() {
            return findings.isEmpty();
        }
    }

    private AuditVerifier(List<AuditHead> wanted) {
        this.wanted = new ArrayList<>(wanted);
    }

    /// Checks a whole chain: it must begin with the first line ever.
    ///
    /// @param heads lines that must be there, such as the last one that the writer knows of
    public static Report directory(Path directory, List<AuditHead> heads) throws IOException {
        AuditVerifier v = new AuditVerifier(heads);
        v.expected = 1;
        v.prev = AuditHead.START.hash();
        return v.run(AuditFiles.list(directory), directory);
    }

    /// Checks files that follow each other in a chain, wherever in it they are.
    public static Report files(List<Path> files, List<AuditHead> heads) throws IOException {
        return new AuditVerifier(heads).run(files, files.getLast());
    }

    private Report run(List<Path> files, Path end) throws IOException {
        for (int i = 0; i < files.size(); i++) {
            file(files.get(i), i == files.size() - 1);
        }
        Path where = files.isEmpty() ? end : files.getLast();
        for (AuditHead head : wanted) {
            if (head.n() > last.n()) {
                found(
                        where,
                        0,
                        "lines " + (last.n() + 1) + " to " + head.n() + " are missing at the end");
            } else if (head.n() > 0) {
                found(where, 0, "line " + head.n() + " is not the one with hash " + head.hash());
            }
        }
        return new Report(lines, first, last, List.copyOf(findings), List.copyOf(notes));
    }

    private void file(Path file, boolean isLast) throws IOException {
        long number = 0;
        try (AuditFiles.Lines in = new AuditFiles.Lines(file)) {
            for (byte[] octets = in.next(); octets != null; octets = in.next()) {
                number++;
                if (in.torn() && isLast) {
                    notes.add(
                            new Finding(
                                    file.toString(),
                                    number,
                                    "is being written, or was when imapmirror was ended; it is"
                                            + " completed at the next start"));
                    return;
                }
                line(file, number, in.torn() ? null : AuditLine.parse(octets));
            }
        }
        if (number == 0 && Files.exists(file)) {
            notes.add(new Finding(file.toString(), 0, "is empty"));
        }
    }

    private void line(Path file, long number, @Nullable AuditLine line) {
        lines++;
        if (line == null) {
            found(file, number, "was edited: its content and its hash do not agree");
            expected = expected == 0 ? 0 : expected + 1;
            prev = null;
            return;
        }
        if (first == 0) {
            first = line.n();
        }
        if (expected != 0 && line.n() != expected) {
            found(file, number, misplaced(line.n()));
        } else if (prev != null && !line.prev().equals(prev)) {
            found(file, number, "does not follow the line before it, one of them was edited");
        }
        expected = line.n() + 1;
        prev = line.hash();
        if (line.n() >= last.n()) {
            last = line.head();
        }
        wanted.remove(line.head());
    }

    private String misplaced(long n) {
        String is = "has number " + n + " where " + expected + " belongs: ";
        if (n == expected + 1) {
            return is + "line " + expected + " was removed or moved";
        }
        if (n > expected) {
            return is + "lines " + expected + " to " + (n - 1) + " were removed or moved";
        }
        return is + "it was moved, added or is there twice";
    }

    private void found(Path file, long line, String what) {
        findings.add(new Finding(file.toString(), line, what));
    }
}
