package org.imapmirror.app.sync;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/// The options for many accounts in one run.
final class ManyOptions {
    private static final int MAX_PARALLEL = 1000;

    @Mixin private Many many = new Many();

    static final class Many {
        @Option(
                names = "--accounts",
                paramLabel = "FILE",
                description =
                        "A table with a header: source_user, and where needed target_user,"
                                + " source_password, target_password, source_password_file,"
                                + " target_password_file, source, target.")
        @Nullable Path file;

        @Option(
                names = "--parallel",
                paramLabel = "N",
                defaultValue = "4",
                description =
                        "Accounts at once (${DEFAULT-VALUE}); limits per second are divided among"
                                + " them.")
        int parallel = 4;

        @Option(
                names = "--server-connections",
                paramLabel = "N",
                defaultValue = "0",
                description =
                        "At most so many connections to each server, which may lower the number of"
                                + " accounts at once; 0 is no limit.")
        int serverConnections;
    }

    @Nullable Path file() {
        return many.file;
    }

    /// @param connections of one account to each server
    int parallel(int connections) throws UsageException {
        if (many.parallel < 1 || many.parallel > MAX_PARALLEL) {
            throw new UsageException("--parallel is between 1 and " + MAX_PARALLEL);
        }
        if (many.serverConnections == 0) {
            return many.parallel;
        }
        // One more than there are workers makes the plan.
        int fit = many.serverConnections / (connections + 1);
        if (fit < 1) {
            throw new UsageException(
                    "--server-connections "
                            + many.serverConnections
                            + " is not enough for one account with --connections "
                            + connections
                            + ", which needs "
                            + (connections + 1));
        }
        return Math.min(many.parallel, fit);
    }
}
