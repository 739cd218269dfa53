package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.event.Flags;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.event.MailboxName;
import org.imapmirror.event.MailboxRef;
import org.imapmirror.event.Origin;
import org.imapmirror.event.PayloadRef;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// Events, bodies and waiting for the tests of the journal.
final class Samples {
    static final Account ANN = new Account("ann@example.org");
    static final Account BOB = new Account("bob@example.org");
    static final Origin ORIGIN = new Origin("s1", "192.0.2.1");
    private static final MailboxRef INBOX = new MailboxRef(MailboxName.INBOX, 7);

    private Samples() {}

    static MailboxEvent created(String name) {
        return new MailboxEvent.MailboxCreated(new MailboxName(name), null);
    }

    static MailboxEvent expunged(long uid) {
        return new MailboxEvent.MessagesExpunged(INBOX, UidSet.of(uid));
    }

    static MailboxEvent appended(long uid, @Nullable PayloadRef payload) {
        return new MailboxEvent.MessageAppended(INBOX, uid, Flags.of("\\Seen"), null, 0, payload);
    }

    static @Nullable PayloadRef payloadOf(MailboxEvent event) {
        return ((MailboxEvent.MessageAppended) event).payload();
    }

    static byte[] octets(long seed, int size) {
        byte[] body = new byte[size];
        new Random(seed).nextBytes(body);
        return body;
    }

    /// Spools a body, obeying its back pressure.
    static PayloadRef spool(Journal journal, byte[] body) {
        PayloadWriter writer = journal.newPayload();
        for (int at = 0; at < body.length; at += 8192) {
            int n = Math.min(8192, body.length - at);
            get(writer.write(ByteBuffer.wrap(body, at, n)));
        }
        return writer.finish();
    }

    static long append(Journal journal, Account account, MailboxEvent... events) {
        return get(journal.append(account, ORIGIN, List.of(events)));
    }

    static <T extends @Nullable Object> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
