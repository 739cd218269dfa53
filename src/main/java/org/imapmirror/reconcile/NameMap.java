package org.imapmirror.reconcile;

import org.imapmirror.event.MailboxName;

import java.util.ArrayList;
import java.util.List;

/// Translates mailbox names between two personal namespaces, one to one.
///
/// Levels are kept; a level that holds the other side's separator has it written as `%` and two
/// hexadecimal digits, and a `%` that would read as such an escape is itself escaped.
///
/// @param primary the primary's personal namespace
/// @param target the target's personal namespace
public record NameMap(Hierarchy primary, Hierarchy target) {

    /// @param prefix of every personal name but INBOX, for instance `INBOX.`; often empty
    /// @param separator between levels; 0 where the namespace is flat
    public record Hierarchy(String prefix, char separator) {
        List<String> levels(String name) {
            String rest = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            if (separator == 0) {
                return List.of(rest);
            }
            List<String> out = new ArrayList<>();
            int from = 0;
            for (int at = rest.indexOf(separator); at >= 0; at = rest.indexOf(separator, from)) {
                out.add(rest.substring(from, at));
                from = at + 1;
            }
            out.add(rest.substring(from));
            return out;
        }
    }

    /// The target's name for a mailbox of the primary.
    ///
    /// @throws IllegalArgumentException where a nested name meets a flat target
    public String toTarget(MailboxName name) {
        if (name.isInbox()) {
            return "INBOX";
        }
        List<String> levels = primary.levels(name.value());
        if (target.separator() == 0 && levels.size() > 1) {
            throw new IllegalArgumentException(
                    "the target has no hierarchy, so it cannot hold " + name);
        }
        StringBuilder out = new StringBuilder(target.prefix());
        for (int i = 0; i < levels.size(); i++) {
            if (i > 0) {
                out.append(target.separator());
            }
            escape(levels.get(i), out);
        }
        return out.toString();
    }

    private void escape(String level, StringBuilder out) {
        char separator = target.separator();
        for (int i = 0; i < level.length(); i++) {
            char c = level.charAt(i);
            if (separator != 0 && separator != primary.separator() && c == separator) {
                out.append('%').append(hex(separator));
            } else if (c == '%'
                    && separator != 0
                    && separator != primary.separator()
                    && looksEscaped(level, i)) {
                out.append("%25");
            } else {
                out.append(c);
            }
        }
    }

    private boolean looksEscaped(String level, int at) {
        return level.startsWith(hex(target.separator()), at + 1) || level.startsWith("25", at + 1);
    }

    private static String hex(char c) {
        return "%02X".formatted((int) c);
    }
}
