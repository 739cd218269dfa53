package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// The arguments of STORE and UID STORE (RFC 9051 section 6.4.6, RFC 7162 section 3.1.3).
///
/// @param unchangedSince of the modifier, null without one
/// @param item [Item#OTHER] for everything that is not flags (annotations, Gmail labels)
/// @param flags empty for [Item#OTHER]
public record StoreArgs(
        SequenceSet set, @Nullable Long unchangedSince, Item item, boolean silent, Flags flags) {
    public enum Item {
        SET,
        ADD,
        REMOVE,
        OTHER
    }

    public static StoreArgs read(Tokens args) throws MalformedException {
        SequenceSet set = args.sequenceSet();
        Long unchangedSince = null;
        if (args.peek() == Tokens.Kind.OPEN) {
            args.enter();
            while (args.peek() != Tokens.Kind.CLOSE) {
                if (args.skipAtom("UNCHANGEDSINCE")) {
                    unchangedSince = args.number();
                } else {
                    throw args.malformed("a known STORE modifier");
                }
            }
            args.leave();
        }
        String name = args.atom().toUpperCase(Locale.ROOT);
        boolean silent = name.endsWith(".SILENT");
        Item item =
                switch (silent ? name.substring(0, name.length() - ".SILENT".length()) : name) {
                    case "FLAGS" -> Item.SET;
                    case "+FLAGS" -> Item.ADD;
                    case "-FLAGS" -> Item.REMOVE;
                    default -> Item.OTHER;
                };
        if (item == Item.OTHER) {
            return new StoreArgs(set, unchangedSince, item, silent, Flags.NONE);
        }
        Flags flags = args.flags();
        if (!args.end()) {
            throw args.malformed("the end of the command");
        }
        return new StoreArgs(set, unchangedSince, item, silent, flags);
    }
}
