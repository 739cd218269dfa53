package org.imapmirror.testing;

import java.util.Random;

/// Random tests: with other seeds in every run, unless `-Dseed=N` asks for one of them again.
public final class Seeds {
    private static final String PROPERTY = "seed";

    private Seeds() {}

    /// One try with a seed.
    @FunctionalInterface
    public interface Try {
        void with(long seed, Random random) throws Exception;
    }

    /// @param count tries, where no seed is asked for
    public static void each(int count, Try test) {
        Long asked = Long.getLong(PROPERTY);
        if (asked != null) {
            once(asked, test);
            return;
        }
        long first = new Random().nextInt(1_000_000_000);
        System.out.printf("seeds %d to %d%n", first, first + count - 1);
        for (long seed = first; seed < first + count; seed++) {
            once(seed, test);
        }
    }

    private static void once(long seed, Try test) {
        try {
            test.with(seed, new Random(seed));
        } catch (Exception | AssertionError | StackOverflowError e) {
            throw new AssertionError("again with -D" + PROPERTY + "=" + seed + ": " + e, e);
        }
    }
}
