package org.imapmirror.reconcile.sync;

import org.imapmirror.event.Flags;
import org.imapmirror.reconcile.sync.SyncOptions.FlagRules;
import org.imapmirror.reconcile.sync.SyncOptions.Rewrite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What becomes of a message's flags on their way, by the rules of the run.
public record FlagFilter(FlagRules rules) {
    private static final Pattern SPACES = Pattern.compile("\\s+");

    /// The flags that the target's message should have.
    public Flags apply(Flags source) {
        Flags kept = source.filter(flag -> !isDropped(flag));
        if (rules.rewrites().isEmpty()) {
            return kept;
        }
        String text = String.join(" ", kept.list());
        for (Rewrite rewrite : rules.rewrites()) {
            text = rewrite.match().matcher(text).replaceAll(rewrite.replacement());
        }
        String left = text.strip();
        return left.isEmpty()
                ? Flags.NONE
                : Flags.of(SPACES.split(left)).filter(flag -> !isDropped(flag));
    }

    private boolean isDropped(String flag) {
        for (Pattern pattern : rules.drop()) {
            Matcher whole =
                    Pattern.compile(pattern.pattern(), pattern.flags() | Pattern.CASE_INSENSITIVE)
                            .matcher(flag);
            if (whole.matches()) {
                return true;
            }
        }
        return false;
    }
}
