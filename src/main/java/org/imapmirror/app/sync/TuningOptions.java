package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.Tuning;

import picocli.CommandLine.Option;

import java.time.Duration;

/// The options that say how much is done at once, and how often something is tried again.
final class TuningOptions {
    private static final int MOST_MESSAGES = 10_000;
    private static final int MOST_SPLIT = 100_000;
    private static final int MOST_TRIES = 1000;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    @Option(
            names = "--batch-messages",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "Messages that are stored together (${DEFAULT-VALUE}), by one command where the"
                            + " target can do that.")
    private int batchMessages = Tuning.DEFAULT.batchMessages();

    @Option(
            names = "--batch-bytes",
            paramLabel = "SIZE",
            converter = Units.Size.class,
            defaultValue = "16MiB",
            description = "Likewise, their size (${DEFAULT-VALUE}).")
    private long batchBytes = Tuning.DEFAULT.batchOctets();

    @Option(
            names = "--split",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Messages that one command asks for (${DEFAULT-VALUE}).")
    private int split = Tuning.DEFAULT.window();

    @Option(
            names = "--message-tries",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How often a message is tried that the target refuses for the moment, or at"
                            + " which the connection ends (${DEFAULT-VALUE}).")
    private int tries = Tuning.DEFAULT.tries();

    @Option(
            names = "--reconnect-retry",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "How often a connection that ended is opened again (${DEFAULT-VALUE}) without"
                            + " a message brought over in between.")
    private int reconnects = Tuning.DEFAULT.reconnects();

    @Option(
            names = "--retry-pause",
            paramLabel = "DURATION",
            converter = Units.Span.class,
            defaultValue = "30s",
            description =
                    "The longest pause before a further try (${DEFAULT-VALUE}); the first ones are"
                            + " seconds.")
    private Duration pause = Tuning.DEFAULT.longestPause();

    Tuning get() throws UsageException {
        between("--batch-messages", batchMessages, 1, MOST_MESSAGES);
        between("--batch-bytes", batchBytes, 1, Long.MAX_VALUE);
        between("--split", split, 1, MOST_SPLIT);
        between("--message-tries", tries, 1, MOST_TRIES);
        between("--reconnect-retry", reconnects, 0, MOST_TRIES);
        if (pause.isNegative() || pause.compareTo(LONGEST_PAUSE) > 0) {
            throw new UsageException("--retry-pause is between 0s and 1h");
        }
        return new Tuning(batchMessages, batchBytes, split, tries, reconnects, pause);
    }

    /// @param arguments of imapsync, which has such an option for each side: where both are given,
    ///   the smaller portion and the larger number of tries count
    static Tuning of(ImapsyncArguments arguments) throws UsageException {
        Tuning usual = Tuning.DEFAULT;
        long split =
                Math.min(
                        arguments.number("split1", usual.window()),
                        arguments.number("split2", usual.window()));
        between("each of --split1 and --split2", split, 1, MOST_SPLIT);
        long reconnects =
                Math.max(
                        arguments.number("reconnectretry1", 0),
                        arguments.number("reconnectretry2", 0));
        boolean given =
                arguments.text("reconnectretry1") != null
                        || arguments.text("reconnectretry2") != null;
        between("each of --reconnectretry1 and --reconnectretry2", reconnects, 0, MOST_TRIES);
        return new Tuning(
                usual.batchMessages(),
                usual.batchOctets(),
                (int) split,
                usual.tries(),
                given ? (int) reconnects : usual.reconnects(),
                usual.longestPause());
    }

    private static void between(String option, long value, long least, long most)
            throws UsageException {
        if (value < least || value > most) {
            throw new UsageException(
                    most == Long.MAX_VALUE
                            ? option + " is " + least + " or more"
                            : option + " is between " + least + " and " + most);
        }
    }
}
