package org.imapmirror.replicate;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// A clock and a timer that stand still until a test turns them.
final class ManualTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final List<Task> tasks = new ArrayList<>();
    private final List<Duration> asked = new ArrayList<>();
    private long now = 1;
    private boolean ended;

    private final class Task implements ScheduledFuture<Object> {
        private final Runnable work;
        private final long every;
        private long at;
        private boolean over;

        Task(Runnable work, long delay, long every) {
            this.work = work;
            this.at = now + delay;
            this.every = every;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - now, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(
                    getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }

        @Override
        public boolean cancel(boolean interrupt) {
            synchronized (ManualTimer.this) {
                return tasks.remove(this);
            }
        }

        @Override
        public boolean isCancelled() {
            return !over && isDone();
        }

        @Override
        public boolean isDone() {
            synchronized (ManualTimer.this) {
                return !tasks.contains(this);
            }
        }

        @Override
        public Object get() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object get(long time, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }
    }

    synchronized long nanos() {
        return now;
    }

    /// The delays of what was scheduled once, in order, since the last call.
    synchronized List<Duration> takeAsked() {
        List<Duration> taken = List.copyOf(asked);
        asked.clear();
        return taken;
    }

    /// Lets time pass, and runs on this thread what falls due, in order.
    void advance(Duration time) {
        long goal = nanos() + time.toNanos();
        for (Task next = due(goal); next != null; next = due(goal)) {
            next.work.run();
        }
        synchronized (this) {
            now = goal;
        }
    }

    private synchronized @Nullable Task due(long goal) {
        Task next = tasks.stream().min(Comparator.comparingLong(t -> t.at)).orElse(null);
        if (next == null || next.at > goal) {
            return null;
        }
        now = Math.max(now, next.at);
        if (next.every > 0) {
            next.at += next.every;
        } else {
            tasks.remove(next);
            next.over = true;
        }
        return next;
    }

    private synchronized ScheduledFuture<?> add(Runnable work, long delay, long every) {
        Task task = new Task(work, delay, every);
        tasks.add(task);
        return task;
    }

    @Override
    public synchronized ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        asked.add(Duration.of(delay, unit.toChronoUnit()));
        return add(work, unit.toNanos(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable work, long initial, long delay, TimeUnit unit) {
        return add(work, unit.toNanos(initial), unit.toNanos(delay));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
            Runnable work, long initial, long period, TimeUnit unit) {
        return scheduleWithFixedDelay(work, initial, period, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable work) {
        work.run();
    }

    @Override
    public void shutdown() {
        ended = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        ended = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return ended;
    }

    @Override
    public boolean isTerminated() {
        return ended;
    }

    @Override
    public boolean awaitTermination(long time, TimeUnit unit) {
        return ended;
    }
}
