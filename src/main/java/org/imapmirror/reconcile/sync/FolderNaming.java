package org.imapmirror.reconcile.sync;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How mailboxes are called on the target. In this order, the first that applies: `pairs`, then
/// `automap`, then what NAMESPACE tells of both sides (prefix and separator are exchanged), `into`,
/// and `rules`, each on the result of the one before.
///
/// @param automap mailboxes for sent mail, drafts and so on become those of the target
/// @param pairs names on the source to names on the target, both in full
/// @param into everything goes below this mailbox, given without the target's prefix; null for none
/// @param mixCases false: of names that differ by case only, the first alone is brought over
/// @param replaceSlash a `/` in a name becomes `_` where the target has another separator
/// @param overrides where NAMESPACE tells wrong or is missing
public record FolderNaming(
        boolean automap,
        Map<String, String> pairs,
        @Nullable String into,
        List<FolderRule> rules,
        boolean mixCases,
        boolean replaceSlash,
        Overrides overrides) {
    public static final FolderNaming PLAIN =
            new FolderNaming(false, Map.of(), null, List.of(), true, true, Overrides.NONE);

    public FolderNaming {
        pairs = new LinkedHashMap<>(pairs);
        rules = List.copyOf(rules);
    }

    /// Null where the server is believed.
    public record Overrides(
            @Nullable String sourcePrefix,
            @Nullable Character sourceSeparator,
            @Nullable String targetPrefix,
            @Nullable Character targetSeparator) {
        public static final Overrides NONE = new Overrides(null, null, null, null);
    }
}
