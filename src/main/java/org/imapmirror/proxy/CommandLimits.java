package org.imapmirror.proxy;

import org.imapmirror.imap.Frame;
import org.imapmirror.imap.LiteralHeader;
import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Watches what the client's commands are made of. A command that is too much from its first line
/// on is answered here; one of which a part has gone on already ends the session, so that the
/// primary never gets it as a whole.
final class CommandLimits {
    private final ProxyLimits.Commands limits;
    private final Consumer<Limit> count;
    private int literals;
    private int depth;

    /// @param count is told which limit a client has run into
    CommandLimits(ProxyLimits.Commands limits, Consumer<Limit> count) {
        this.limits = limits;
        this.count = count;
    }

    /// @param frame of a command, not of an exchange such as IDLE
    /// @param loggedIn before that, literals have a limit of their own, see [Anonymous]
    /// @return null where there is nothing against it
    @Nullable Step check(Frame frame, boolean loggedIn) {
        if (!(frame instanceof Frame.Line line)) {
            return null;
        }
        if (!line.continued()) {
            literals = 0;
            depth = 0;
        }
        LiteralHeader literal = line.literal();
        if (literal != null) {
            literals++;
            if (loggedIn && limits.literal() > 0 && literal.size() > limits.literal()) {
                return refuse(
                        line, Limit.LITERAL, "NO [TOOBIG]", "This is larger than allowed here");
            }
        }
        if (literals > limits.literals()) {
            return refuse(line, Limit.LITERALS, "NO [LIMIT]", "Too many literals in a command");
        }
        if (deepest(line.text()) > limits.depth()) {
            return refuse(line, Limit.DEPTH, "BAD", "Too many parentheses inside each other");
        }
        return null;
    }

    /// @param kind of the tagged response
    private Step refuse(Frame.Line line, Limit limit, String kind, String text) {
        count.accept(limit);
        if (line.continued()) {
            return new Step.Close(Replies.line("* BYE [LIMIT] " + text));
        }
        String tag = Words.tag(line.text());
        return new Step.Reject(
                tag.isEmpty() ? Replies.BAD_TAG : Replies.line(tag + " " + kind + " " + text));
    }

    /// The deepest level in this line; strings hold none.
    private int deepest(byte[] line) {
        int deepest = depth;
        boolean quoted = false;
        for (int i = 0; i < line.length; i++) {
            byte octet = line[i];
            if (quoted) {
                if (octet == '\\') {
                    i++;
                } else if (octet == '"') {
                    quoted = false;
                }
            } else if (octet == '"') {
                quoted = true;
            } else if (octet == '(') {
                deepest = Math.max(deepest, ++depth);
            } else if (octet == ')') {
                depth = Math.max(0, depth - 1);
            }
        }
        return deepest;
    }
}
