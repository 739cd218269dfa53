package org.imapmirror.mailstore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A command without its tag: text, with a literal between each two pieces of it.
final class CommandText {
    private final String verb;
    private final List<byte[]> literals = new ArrayList<>();
    private final List<StringBuilder> texts = new ArrayList<>();

    private CommandText(String verb) {
        this.verb = verb;
        texts.add(new StringBuilder(verb));
    }

    /// @param verb the command's name, which messages about it say; for example `UID FETCH`
    static CommandText of(String verb) {
        return new CommandText(verb);
    }

    /// Adds something that needs no quoting.
    CommandText word(String text) {
        texts.getLast().append(' ').append(text);
        return this;
    }

    /// Adds a string as it may stand anywhere: quoted, or as a literal where that cannot be.
    CommandText string(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        for (byte c : octets) {
            if (c <= 0 || c == '\r' || c == '\n') {
                texts.getLast().append(' ');
                literals.add(octets);
                texts.add(new StringBuilder());
                return this;
            }
        }
        texts.getLast()
                .append(" \"")
                .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
        return this;
    }

    CommandText mailbox(String name) {
        return string(Utf7.encode(name));
    }

    String verb() {
        return verb;
    }

    /// One more than [#literals()].
    List<String> texts() {
        return texts.stream().map(StringBuilder::toString).toList();
    }

    List<byte[]> literals() {
        return literals;
    }
}
