package org.imapmirror.mailstore;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One value of a response: atoms and numbers, strings, lists, NIL (RFC 9051 section 4).
sealed interface Value {
    Value NIL = new Nil();

    /// Lists nested deeper than this are not IMAP that we asked for.
    int MAX_DEPTH = 32;

    record Atom(String text) implements Value {}

    record Text(byte[] octets) implements Value {}

    record Items(List<Value> values) implements Value {}

    record Nil() implements Value {}

    /// An atom's or string's text, null for NIL and lists.
    default @Nullable String string() {
        return switch (this) {
            case Atom(String text) -> text;
            case Text(byte[] octets) -> new String(octets, StandardCharsets.UTF_8);
            case Items _, Nil _ -> null;
        };
    }

    /// A number's value, -1 where this is none.
    default long number() {
        if (this instanceof Atom(String text)
                && !text.isEmpty()
                && text.length() <= 18
                && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Long.parseLong(text);
        }
        return -1;
    }

    /// The members of a list; none where this is something else.
    default List<Value> items() {
        return this instanceof Items(List<Value> values) ? values : List.of();
    }

    /// The texts of a list's atoms and strings.
    default List<String> strings() {
        List<String> out = new ArrayList<>();
        for (Value value : items()) {
            String text = value.string();
            if (text != null) {
                out.add(text);
            }
        }
        return out;
    }
}
