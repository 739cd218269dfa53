package org.imapmirror.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Several clients that do the same at the same time.
final class AtOnce {
    @FunctionalInterface
    interface Work {
        void run(int client) throws IOException;
    }

    private AtOnce() {}

    /// Returns when all are done.
    static void run(int clients, Work work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                running.add(
                        threads.submit(() -> {
                            work.run(client);
                            return null;
                        }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }
}
