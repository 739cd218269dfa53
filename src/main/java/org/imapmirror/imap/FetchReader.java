package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Reads the items of a FETCH response, in whatever order they come.
final class FetchReader {
    private final Tokens tokens;
    private final List<Response.Section> sections = new ArrayList<>();
    private @Nullable Long uid;
    private @Nullable Flags flags;
    private @Nullable Long modseq;
    private @Nullable String internalDate;
    private @Nullable Long size;

    FetchReader(Tokens tokens) {
        this.tokens = tokens;
    }

    Response read(long number, @Nullable Long uidOfUidFetch) throws MalformedException {
        uid = uidOfUidFetch;
        int items = 0;
        tokens.enter();
        while (tokens.peek() != Tokens.Kind.CLOSE) {
            item(tokens.itemName());
            items++;
        }
        tokens.leave();
        return new Response.Fetch(
                number,
                uid,
                flags,
                modseq,
                internalDate,
                size,
                !sections.isEmpty(),
                items == 1 && uid != null && uidOfUidFetch == null,
                List.copyOf(sections));
    }

    private void item(String name) throws MalformedException {
        switch (name) {
            case "UID" -> uid = tokens.nonZero();
            case "FLAGS" -> {
                if (tokens.peek() != Tokens.Kind.OPEN) {
                    throw tokens.malformed("flags");
                }
                flags = tokens.flags();
            }
            case "MODSEQ" -> {
                tokens.enter();
                modseq = tokens.number();
                tokens.leave();
            }
            case "INTERNALDATE" -> {
                byte[] text = tokens.nstringOctets();
                internalDate = text == null ? null : ImapText.decode(text);
            }
            case "RFC822.SIZE" -> {
                if (!tokens.skipAtom("NIL")) {
                    size = tokens.number();
                }
            }
            default -> {
                if (isSection(name)) {
                    sections.add(new Response.Section(name, tokens.nstring()));
                } else {
                    tokens.skipValue();
                }
            }
        }
    }

    private static boolean isSection(String name) {
        return name.startsWith("BODY[")
                || name.startsWith("BINARY[")
                || name.equals("RFC822")
                || name.equals("RFC822.TEXT")
                || name.equals("RFC822.HEADER");
    }
}
