package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.Namespace;
import org.imapmirror.reconcile.sync.FolderNaming.Overrides;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The plan of folders as it is described by a selection and a naming.
///
/// @param deletable expressions of which one must be found in a name of the target, so that it may
///   be deleted; empty for all
/// @param kept expressions, likewise, of names that are never deleted; they win
public record FolderRules(
        FolderSelection selection, FolderNaming naming, List<Pattern> deletable, List<Pattern> kept)
        implements FolderPlan {
    /// Everything, under the same names.
    public static final FolderRules ALL = new FolderRules(FolderSelection.ALL, FolderNaming.PLAIN);

    private static final String INBOX = "INBOX";

    public FolderRules {
        deletable = List.copyOf(deletable);
        kept = List.copyOf(kept);
    }

    public FolderRules(FolderSelection selection, FolderNaming naming) {
        this(selection, naming, List.of(), List.of());
    }

    /// The same with a choice of what may be deleted on the target.
    public FolderRules deleting(List<Pattern> only, List<Pattern> butNot) {
        return new FolderRules(selection, naming, only, butNot);
    }

    @Override
    public boolean mayDelete(String target) {
        return (deletable.isEmpty() || deletable.stream().anyMatch(p -> p.matcher(target).find()))
                && kept.stream().noneMatch(p -> p.matcher(target).find());
    }

    /// The mailbox that all is to be below is not there.
    public static final class NoTopException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        NoTopException(String top) {
            super("the source has no mailbox " + top + ", and nothing below it");
        }
    }

    /// @throws NoTopException where the mailbox of [FolderSelection#below] is not there
    @Override
    public Planned plan(
            List<Listed> source,
            Namespace sourceSpace,
            List<Listed> existing,
            Namespace targetSpace) {
        Overrides told = naming.overrides();
        Namespace from = overridden(sourceSpace, told.sourcePrefix(), told.sourceSeparator());
        Namespace to = overridden(targetSpace, told.targetPrefix(), told.targetSeparator());
        return new Planning(from, to, existing).plan(source);
    }

    /// The full name of the mailbox that all is below; null where all is brought over.
    ///
    /// @param space of the source, as its server tells it
    @Nullable String top(List<Listed> source, Namespace space) {
        String below = selection.below();
        if (below == null) {
            return null;
        }
        Set<String> names = new HashSet<>();
        source.forEach(folder -> names.add(folder.name()));
        return names.contains(below) || below.startsWith(space.prefix())
                ? below
                : space.prefix() + below;
    }

    private static Namespace overridden(
            Namespace space, @Nullable String prefix, @Nullable Character separator) {
        return new Namespace(
                prefix == null ? space.prefix() : prefix,
                separator == null ? space.separator() : separator);
    }

    /// One planning, with what it needs at hand.
    private final class Planning {
        private final Namespace from;
        private final Namespace to;
        private final List<Listed> existing;
        private final List<String> warnings = new ArrayList<>();

        Planning(Namespace from, Namespace to, List<Listed> existing) {
            this.from = from;
            this.to = to;
            this.existing = existing;
        }

        Planned plan(List<Listed> source) {
            String top = top(source, from);
            if (top != null && source.stream().noneMatch(f -> isAtOrBelow(top, f))) {
                throw new NoTopException(top);
            }
            List<Listed> chosen = selection.choose(source, top, warnings);
            List<Listed> all = source.stream().filter(Listed::selectable).toList();
            // Of what is not chosen, nothing is told.
            int before = warnings.size();
            Map<String, String> otherUses = naming.automap() ? automapped(all) : Map.of();
            Set<String> kept = new HashSet<>();
            for (Listed folder : all) {
                if (top == null || isAtOrBelow(top, folder)) {
                    kept.add(target(folder.name(), otherUses, top));
                }
            }
            warnings.subList(before, warnings.size()).clear();
            Map<String, String> uses = naming.automap() ? automapped(chosen) : Map.of();
            List<Pair> pairs = new ArrayList<>();
            Set<String> used = new HashSet<>();
            for (Listed folder : chosen) {
                String target = target(folder.name(), uses, top);
                if (target.isBlank()) {
                    warnings.add(
                            folder.name()
                                    + " is left out: the rules leave nothing of its name on the"
                                    + " target");
                } else if (naming.mixCases() || used.add(target.toLowerCase(Locale.ROOT))) {
                    pairs.add(new Pair(folder.name(), target));
                } else {
                    warnings.add(
                            folder.name()
                                    + " is left out: its name on the target differs from that of an"
                                    + " earlier one by case only");
                }
            }
            for (String name : naming.pairs().keySet()) {
                if (chosen.stream().noneMatch(folder -> folder.name().equals(inbox(name)))) {
                    warnings.add("the source has no chosen mailbox " + name + " to be renamed");
                }
            }
            tellClashes(pairs);
            return new Planned(pairs, warnings, kept);
        }

        private void tellClashes(List<Pair> pairs) {
            Map<String, List<String>> sources = new LinkedHashMap<>();
            Map<String, Set<String>> spellings = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (Pair pair : pairs) {
                sources.computeIfAbsent(pair.target(), _ -> new ArrayList<>()).add(pair.source());
                spellings.computeIfAbsent(pair.target(), _ -> new HashSet<>()).add(pair.target());
            }
            sources.forEach((target, names) -> {
                if (names.size() > 1) {
                    warnings.add(
                            "several mailboxes become one, "
                                    + target
                                    + ": "
                                    + String.join(", ", names));
                }
            });
            spellings.forEach((_, names) -> {
                if (names.size() > 1) {
                    warnings.add(
                            "names that differ by case only, which some servers take for one: "
                                    + String.join(", ", names.stream().sorted().toList()));
                }
            });
        }

        private String target(String name, Map<String, String> uses, @Nullable String top) {
            for (Map.Entry<String, String> pair : naming.pairs().entrySet()) {
                if (inbox(pair.getKey()).equals(name)) {
                    return inbox(pair.getValue());
                }
            }
            String mapped = uses.get(name);
            if (mapped != null) {
                return mapped;
            }
            String result = into(exchanged(lifted(name, top)));
            for (FolderRule rule : naming.rules()) {
                result = rule.apply(result, from, to);
            }
            return inbox(result);
        }

        /// Without the mailbox that all is below; its own messages become those of INBOX.
        private String lifted(String name, @Nullable String top) {
            if (top == null) {
                return name;
            }
            return name.equals(top) ? INBOX : inbox(name.substring(top.length() + 1));
        }

        private String exchanged(String name) {
            if (name.equalsIgnoreCase(INBOX)) {
                return INBOX;
            }
            String rest =
                    name.startsWith(from.prefix()) ? name.substring(from.prefix().length()) : name;
            String inverted = separated(rest);
            // Below INBOX already: a second INBOX in front would be a level that nobody made.
            boolean below =
                    to.separator() != 0
                            && to.prefix().equals(INBOX + to.separator())
                            && inverted.startsWith(to.prefix());
            return below ? inverted : to.prefix() + inverted;
        }

        /// Each of the two separators becomes the other one, so that no level is split or joined.
        private String separated(String name) {
            char old = from.separator();
            char target = to.separator();
            StringBuilder out = new StringBuilder(name.length());
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (old != target) {
                    if (c == old && old != 0) {
                        c = target == 0 ? '_' : target;
                    } else if (c == target && target != 0) {
                        c = old == 0 ? '_' : old;
                    }
                }
                boolean slash = c == '/' && old != target && target != '/';
                out.append(slash && naming.replaceSlash() ? '_' : c);
            }
            return out.toString();
        }

        private String into(String name) {
            String into = naming.into();
            if (into == null) {
                return name;
            }
            String bare =
                    !name.equals(INBOX) && name.startsWith(to.prefix())
                            ? name.substring(to.prefix().length())
                            : name;
            String top = into.startsWith(to.prefix()) ? into : to.prefix() + into;
            return top + (to.separator() == 0 ? "_" : to.separator()) + bare;
        }

        /// Names on the source to those on the target, one of each use.
        private Map<String, String> automapped(List<Listed> chosen) {
            if (naming.into() != null) {
                warnings.add(
                        "automap is not applied, because everything goes below " + naming.into());
                return Map.of();
            }
            Map<FolderUse, String> sources = byUse(chosen, from, true);
            Map<FolderUse, String> targets = byUse(existing, to, false);
            Map<String, String> mapped = new HashMap<>();
            sources.forEach((use, name) -> {
                String target = targets.get(use);
                if (target != null) {
                    mapped.put(name, target);
                }
            });
            return mapped;
        }

        private Map<FolderUse, String> byUse(
                List<Listed> folders, Namespace space, boolean leavePairs) {
            Map<FolderUse, String> found = new EnumMap<>(FolderUse.class);
            List<Listed> candidates =
                    folders.stream()
                            .filter(f -> f.selectable() && !f.name().equalsIgnoreCase(INBOX))
                            .filter(f -> !leavePairs || !naming.pairs().containsKey(f.name()))
                            .toList();
            for (Listed folder : candidates) {
                FolderUse use = FolderUse.byAttribute(folder);
                if (use != null) {
                    found.putIfAbsent(use, folder.name());
                }
            }
            Map<FolderUse, Listed> byName = new EnumMap<>(FolderUse.class);
            for (Listed folder : candidates) {
                FolderUse use =
                        FolderUse.byAttribute(folder) == null
                                ? FolderUse.byName(plain(folder, space))
                                : null;
                if (use != null && !found.containsKey(use)) {
                    Listed before = byName.get(use);
                    if (before == null
                            || use.rank(plain(folder, space)) < use.rank(plain(before, space))) {
                        byName.put(use, folder);
                    }
                }
            }
            byName.forEach((use, folder) -> found.put(use, folder.name()));
            return found;
        }

        private static String plain(Listed folder, Namespace space) {
            String name = folder.name();
            String inbox = INBOX + space.separator();
            if (!space.prefix().isEmpty() && name.startsWith(space.prefix())) {
                name = name.substring(space.prefix().length());
            } else if (name.startsWith(inbox)) {
                // Some clients make them below INBOX, whatever NAMESPACE says.
                name = name.substring(inbox.length());
            }
            return space.separator() == 0 ? name : name.replace(space.separator(), '/');
        }
    }

    private static boolean isAtOrBelow(String top, Listed folder) {
        return folder.name().equals(top)
                || (folder.separator() != 0 && folder.name().startsWith(top + folder.separator()));
    }

    private static String inbox(String name) {
        return name.equalsIgnoreCase(INBOX) ? INBOX : name;
    }
}
