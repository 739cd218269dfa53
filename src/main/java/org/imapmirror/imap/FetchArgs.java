package org.imapmirror.imap;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The arguments of FETCH and UID FETCH (RFC 9051 section 6.4.5).
///
/// @param items as [Tokens#itemName] gives them; a macro is one item
/// @param setsSeen true where an item sets \Seen: `BODY[..]` and `BINARY[..]` without PEEK,
///   `RFC822`, `RFC822.TEXT`
/// @param modifiers upper case, for instance `CHANGEDSINCE` and `VANISHED`
public record FetchArgs(
        SequenceSet set, List<String> items, boolean setsSeen, List<String> modifiers) {

    public static FetchArgs read(Tokens args) throws MalformedException {
        SequenceSet set = args.sequenceSet();
        List<String> items = new ArrayList<>();
        if (args.peek() == Tokens.Kind.OPEN) {
            args.enter();
            while (args.peek() != Tokens.Kind.CLOSE) {
                item(args, items);
            }
            args.leave();
        } else {
            item(args, items);
        }
        List<String> modifiers = new ArrayList<>();
        if (args.peek() == Tokens.Kind.OPEN) {
            args.enter();
            while (args.peek() != Tokens.Kind.CLOSE) {
                if (args.peek() == Tokens.Kind.ATOM) {
                    modifiers.add(args.atom().toUpperCase(Locale.ROOT));
                } else {
                    args.skipValue();
                }
            }
            args.leave();
        }
        return new FetchArgs(
                set,
                List.copyOf(items),
                items.stream().anyMatch(FetchArgs::setsSeen),
                List.copyOf(modifiers));
    }

    private static void item(Tokens args, List<String> items) throws MalformedException {
        if (args.peek() == Tokens.Kind.OPEN) {
            // PREVIEW (LAZY), RFC 8970; ANNOTATION (..), RFC 5257
            args.skipValue();
        } else {
            items.add(args.itemName());
        }
    }

    private static boolean setsSeen(String item) {
        return item.startsWith("BODY[")
                || item.startsWith("BINARY[")
                || item.equals("RFC822")
                || item.equals("RFC822.TEXT");
    }
}
