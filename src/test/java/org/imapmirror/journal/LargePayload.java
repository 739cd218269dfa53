package org.imapmirror.journal;

import static org.imapmirror.journal.Samples.ANN;
import static org.imapmirror.journal.Samples.append;
import static org.imapmirror.journal.Samples.appended;
import static org.imapmirror.journal.Samples.get;

import org.imapmirror.event.PayloadRef;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;

/// Spools a body of so many octets and reads it back, in a process with little memory.
final class LargePayload {
    private LargePayload() {}

    public static void main(String[] args) throws IOException {
        long size = Long.parseLong(args[1]);
        byte[] chunk = new byte[64 * 1024];
        new Random(1).nextBytes(chunk);
        try (Journal journal =
                Journal.open(JournalConfig.in(Path.of(args[0])), Clock.systemUTC())) {
            PayloadWriter writer = journal.newPayload();
            for (long left = size; left > 0; left -= chunk.length) {
                get(writer.write(ByteBuffer.wrap(chunk, 0, (int) Math.min(left, chunk.length))));
            }
            PayloadRef ref = writer.finish();
            append(journal, ANN, appended(1, ref));
            try (InputStream in = journal.openPayload(ref)) {
                long read = 0;
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    read += n;
                }
                System.out.println(read);
            }
        }
    }
}
