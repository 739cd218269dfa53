package org.imapmirror.app;

import org.imapmirror.capture.Hints;
import org.imapmirror.event.Account;
import org.imapmirror.event.Doubt;
import org.imapmirror.event.MailboxName;
import org.imapmirror.replicate.Lanes;
import org.imapmirror.replicate.Watches;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Tells lanes and watches what capture sees of the sessions, off the event loops.
final class ActivityLink implements Hints {
    private static final long STILL_ACTIVE_SECONDS = 60;

    private final ExecutorService offLoop = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Account, Integer> sessions = new ConcurrentHashMap<>();
    private volatile @Nullable Lanes lanes;
    private volatile @Nullable Watches watches;
    private final Moving moving;

    /// As [Hints#moving].
    interface Moving {
        CompletionStage<Void> begin(
                Account account, MailboxName mailbox, CompletionStage<?> answered);
    }

    ActivityLink(Moving moving) {
        this.moving = moving;
    }

    void connect(Lanes to, Watches watching, ScheduledExecutorService timer) {
        lanes = to;
        watches = watching;
        timer.scheduleWithFixedDelay(
                () -> sessions.keySet().forEach(watching::active),
                STILL_ACTIVE_SECONDS,
                STILL_ACTIVE_SECONDS,
                TimeUnit.SECONDS);
    }

    char separator(Account account) {
        Lanes l = lanes;
        return l == null ? 0 : l.primarySeparator(account);
    }

    void login(Account account) {
        Lanes l = lanes;
        if (l != null) {
            offLoop.execute(() -> l.login(account));
        }
    }

    @Override
    public void changed(Account account, MailboxName mailbox, Doubt doubt) {
        Lanes l = lanes;
        if (l != null) {
            l.hint(account, mailbox, doubt);
        }
    }

    @Override
    public CompletionStage<Void> moving(
            Account account, MailboxName mailbox, CompletionStage<?> answered) {
        return moving.begin(account, mailbox, answered);
    }

    /// Other accounts may be mirrored now, and clients of theirs may have been here all the time.
    void reconsider() {
        sessions.keySet().forEach(this::seen);
    }

    @Override
    public void sessionOpened(Account account) {
        sessions.merge(account, 1, Integer::sum);
        seen(account);
    }

    private void seen(Account account) {
        Lanes l = lanes;
        Watches w = watches;
        if (l != null) {
            l.seen(account);
        }
        if (w != null) {
            w.active(account);
        }
    }

    @Override
    public void sessionClosed(Account account) {
        sessions.computeIfPresent(account, (_, n) -> n == 1 ? null : n - 1);
    }

    @Override
    public void selected(Account account, String session, @Nullable MailboxName mailbox) {
        // The watch looks at INBOX also where a client has it selected: its hints cost one STATUS.
    }

    @Override
    public void unclean(Account account) {
        Lanes l = lanes;
        if (l != null) {
            l.uncertain(account);
        }
    }
}
