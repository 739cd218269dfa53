package org.imapmirror.imap;

import org.imapmirror.event.Flags;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The part of a status response behind OK, NO, BAD, BYE or PREAUTH: `[code] text`.
record StatusText(Code code, String text) {

    static StatusText read(byte[] line, int from) {
        int close = codeEnd(line, from);
        if (close < 0) {
            return new StatusText(new Code.None(), text(line, from));
        }
        int next = close + 1;
        next = next < line.length && line[next] == ' ' ? next + 1 : next;
        return new StatusText(code(Arrays.copyOfRange(line, from + 1, close)), text(line, next));
    }

    private static String text(byte[] line, int from) {
        int end = line.length;
        while (end > from && line[end - 1] == '\r') {
            end--;
        }
        return ImapText.decode(Arrays.copyOfRange(line, from, end));
    }

    /// The index of the bracket that ends the code at `from`; -1 where there is no code. Brackets
    /// in quoted strings and lists belong to the arguments; where quotes or parentheses do not
    /// match (BADURL has free text) the first bracket ends it.
    static int codeEnd(byte[] line, int from) {
        if (from >= line.length || line[from] != '[') {
            return -1;
        }
        int first = -1;
        int depth = 0;
        boolean quoted = false;
        for (int i = from + 1; i < line.length; i++) {
            byte c = line[i];
            if (c == ']' && first < 0) {
                first = i;
            }
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
                continue;
            }
            switch (c) {
                case '"' -> quoted = true;
                case '(' -> depth++;
                case ')' -> depth--;
                case ']' -> {
                    if (depth == 0) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        return first;
    }

    private static Code code(byte[] inside) {
        int space = 0;
        while (space < inside.length && inside[space] != ' ') {
            space++;
        }
        String name =
                new String(inside, 0, space, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
        byte[] args = Arrays.copyOfRange(inside, Math.min(space + 1, inside.length), inside.length);
        try {
            Tokens tokens = Tokens.of(args);
            Code code = known(name, tokens);
            if (code != null && tokens.end()) {
                return code;
            }
        } catch (MalformedException _) {
            // OtherCode says it
        }
        return new Code.OtherCode(name, new String(args, StandardCharsets.ISO_8859_1));
    }

    private static @Nullable Code known(String name, Tokens args) throws MalformedException {
        return switch (name) {
            case "APPENDUID" -> new Code.AppendUid(args.nonZero(), uids(args.atom()));
            case "COPYUID" -> copyUid(args);
            case "UIDVALIDITY" -> new Code.UidValidity(args.nonZero());
            case "UIDNEXT" -> new Code.UidNext(args.number());
            case "HIGHESTMODSEQ" -> new Code.HighestModseq(args.number());
            case "NOMODSEQ" -> new Code.NoModseq();
            case "READ-ONLY" -> new Code.ReadOnly();
            case "READ-WRITE" -> new Code.ReadWrite();
            case "CLOSED" -> new Code.Closed();
            case "MODIFIED" -> new Code.Modified(args.sequenceSet());
            case "PERMANENTFLAGS" -> permanentFlags(args);
            case "MAILBOXID" -> {
                args.enter();
                String id = args.atom();
                args.leave();
                yield new Code.MailboxId(id);
            }
            case "CAPABILITY" -> {
                List<String> names = new ArrayList<>();
                while (!args.end()) {
                    names.add(args.atom());
                }
                yield new Code.CapabilityCode(CapabilityList.of(names));
            }
            case "MESSAGELIMIT" -> {
                long limit = args.number();
                yield new Code.MessageLimit(limit, args.end() ? null : args.nonZero());
            }
            default -> null;
        };
    }

    private static Code copyUid(Tokens args) throws MalformedException {
        long uidValidity = args.nonZero();
        String source = args.atom();
        String target = args.atom();
        return new Code.CopyUid(uidValidity, uids(source), uids(target), source, target);
    }

    private static Code permanentFlags(Tokens args) throws MalformedException {
        Flags all = args.flags();
        boolean any = all.contains("\\*");
        return new Code.PermanentFlags(any ? all.minus(Flags.of("\\*")) : all, any);
    }

    private static UidSet uids(String text) throws MalformedException {
        SequenceSet set = SequenceSet.parse(text);
        if (set.saved() || set.hasStar()) {
            throw new MalformedException("a set of UIDs", 0);
        }
        return set.resolve(0);
    }
}
