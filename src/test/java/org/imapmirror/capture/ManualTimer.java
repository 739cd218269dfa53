package org.imapmirror.capture;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Time that passes only when a test says so.
final class ManualTimer implements Timer {
    private final List<Task> tasks = new ArrayList<>();
    private Duration now = Duration.ZERO;

    private record Task(Duration at, Runnable work) {}

    @Override
    public synchronized Instant now() {
        return Instant.EPOCH.plus(now);
    }

    @Override
    public synchronized Runnable after(Duration delay, Runnable work) {
        Task task = new Task(now.plus(delay), work);
        tasks.add(task);
        return () -> cancel(task);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    void advance(Duration by) {
        Duration until;
        synchronized (this) {
            until = now.plus(by);
        }
        while (true) {
            Task due = null;
            synchronized (this) {
                for (Task task : tasks) {
                    if (task.at().compareTo(until) <= 0
                            && (due == null || task.at().compareTo(due.at()) < 0)) {
                        due = task;
                    }
                }
                if (due == null) {
                    now = until;
                    return;
                }
                tasks.remove(due);
                now = due.at();
            }
            due.work().run();
        }
    }
}
