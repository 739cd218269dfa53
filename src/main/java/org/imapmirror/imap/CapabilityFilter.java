package org.imapmirror.imap;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// Which of a server's capabilities a client sees: an allow-list of what capture can follow.
/// Unknown ones are hidden, because a command nobody knows may change anything. STARTTLS,
/// LOGINDISABLED and COMPRESS=DEFLATE belong to the listener and are shown as it tells.
///
/// Hiding is advice only: a client may use a hidden command all the same.
public final class CapabilityFilter {
    /// Names, and those that end with `=` for all values.
    private static final Set<String> SHOWN =
            Set.of(
                    "IMAP4",
                    "IMAP4REV1",
                    "IMAP4REV2",
                    "ACL",
                    "APPENDLIMIT",
                    "APPENDLIMIT=",
                    "BINARY",
                    "CATENATE",
                    "CHILDREN",
                    "CONDSTORE",
                    "CONTEXT=",
                    "CREATE-SPECIAL-USE",
                    "ENABLE",
                    "ESEARCH",
                    "ESORT",
                    "FILTERS",
                    "I18NLEVEL=1",
                    "ID",
                    "IDLE",
                    "INPROGRESS",
                    "LIST-EXTENDED",
                    "LIST-METADATA",
                    "LIST-MYRIGHTS",
                    "LIST-STATUS",
                    "LITERAL+",
                    "LITERAL-",
                    "MESSAGELIMIT=",
                    "METADATA",
                    "METADATA-SERVER",
                    "MOVE",
                    "MULTIAPPEND",
                    "MULTISEARCH",
                    "NAMESPACE",
                    "OBJECTID",
                    "PARTIAL",
                    "PREVIEW",
                    "PREVIEW=",
                    "QRESYNC",
                    "QUOTA",
                    "QUOTA=",
                    "QUOTASET",
                    "REPLACE",
                    "RIGHTS=",
                    "SASL-IR",
                    "SAVEDATE",
                    "SAVELIMIT=",
                    "SEARCH=",
                    "SEARCHRES",
                    "SNIPPET=",
                    "SORT",
                    "SORT=",
                    "SPECIAL-USE",
                    "STATUS=",
                    "THREAD=",
                    "UIDONLY",
                    "UIDPLUS",
                    "UNSELECT",
                    "URL-PARTIAL",
                    "UTF8=",
                    "WITHIN",
                    "XLIST");

    /// Those that a TLS-terminating relay can pass and from which it can learn the user's name.
    public static final Set<String> MECHANISMS =
            Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-1", "SCRAM-SHA-256");

    private static final Set<String> SECRET_IN_CLEAR =
            Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");

    private final Set<String> mechanisms;
    private final Set<String> alsoShown;
    private final Set<String> hidden;

    /// What the client sees besides the server's own.
    ///
    /// @param loggedIn nothing about login is shown any more
    /// @param startTls STARTTLS is offered
    /// @param loginDisabled LOGINDISABLED is shown, and no mechanism that sends secrets in clear
    /// @param compress COMPRESS=DEFLATE is offered to who is logged in
    public record View(
            boolean loggedIn, boolean startTls, boolean loginDisabled, boolean compress) {
        /// Before login on a connection that is as safe as it will be.
        public static final View OPEN = new View(false, false, false, false);

        public static final View LOGGED_IN = new View(true, false, false, false);
    }

    /// @param mechanisms SASL mechanisms that are shown where the server has them
    /// @param alsoShown capabilities shown beyond the list
    /// @param hidden capabilities of the list that are not shown
    public CapabilityFilter(
            Collection<String> mechanisms,
            Collection<String> alsoShown,
            Collection<String> hidden) {
        this.mechanisms = upper(mechanisms);
        this.alsoShown = upper(alsoShown);
        this.hidden = upper(hidden);
    }

    /// The list and [#MECHANISMS].
    public static CapabilityFilter standard() {
        return new CapabilityFilter(MECHANISMS, Set.of(), Set.of());
    }

    private static Set<String> upper(Collection<String> names) {
        return names.stream()
                .map(n -> n.toUpperCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /// True where a client sees this capability of a server.
    public boolean shows(String capability, View view) {
        String name = capability.toUpperCase(Locale.ROOT);
        if (name.startsWith("AUTH=")) {
            String mechanism = name.substring("AUTH=".length());
            return !view.loggedIn()
                    && mechanisms.contains(mechanism)
                    && !(view.loginDisabled() && SECRET_IN_CLEAR.contains(mechanism));
        }
        if (name.equals("STARTTLS")) {
            return !view.loggedIn() && view.startTls();
        }
        if (name.equals("LOGINDISABLED")) {
            return !view.loggedIn() && view.loginDisabled();
        }
        if (name.equals("COMPRESS=DEFLATE")) {
            return view.loggedIn() && view.compress();
        }
        String family = name.substring(0, name.indexOf('=') + 1);
        boolean known = SHOWN.contains(name) || (!family.isEmpty() && SHOWN.contains(family));
        return (known || alsoShown.contains(name)) && !hidden.contains(name);
    }

    /// Rewrites a line of the server: `* CAPABILITY`, and the CAPABILITY code of any status
    /// response, tagged or not, the greeting too.
    ///
    /// @param line without its line end
    /// @return the line itself, the same array, where nothing is to be changed
    public byte[] rewrite(byte[] line, View view) {
        int[] region = region(line);
        if (region.length == 0) {
            return line;
        }
        String list =
                new String(line, region[0], region[1] - region[0], StandardCharsets.ISO_8859_1);
        List<String> kept = new ArrayList<>();
        boolean changed = false;
        for (String name : list.split(" ")) {
            if (name.isEmpty() || shows(name, view)) {
                kept.add(name);
            } else {
                changed = true;
            }
        }
        for (String own : List.of("STARTTLS", "LOGINDISABLED", "COMPRESS=DEFLATE")) {
            if (shows(own, view) && kept.stream().noneMatch(own::equalsIgnoreCase)) {
                kept.add(own);
                changed = true;
            }
        }
        if (!changed) {
            return line;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(line.length + 32);
        out.write(line, 0, region[0]);
        out.writeBytes(String.join(" ", kept).getBytes(StandardCharsets.ISO_8859_1));
        out.write(line, region[1], line.length - region[1]);
        return out.toByteArray();
    }

    /// Where the names stand, from and to; empty where the line has none.
    private static int[] region(byte[] line) {
        int first = wordEnd(line, 0);
        int second = wordEnd(line, first + 1);
        String word = word(line, first + 1, second);
        if (word.equals("CAPABILITY") && first == 1 && line[0] == '*') {
            return second < line.length ? new int[] {second + 1, contentEnd(line)} : new int[0];
        }
        boolean status =
                switch (word) {
                    case "OK", "NO", "BAD", "BYE", "PREAUTH" -> first > 0 && line[0] != '+';
                    default -> false;
                };
        int from = second + 1;
        int close = status ? StatusText.codeEnd(line, from) : -1;
        if (close < 0) {
            return new int[0];
        }
        int names = Math.min(wordEnd(line, from + 1), close);
        return word(line, from + 1, names).equals("CAPABILITY") && names < close
                ? new int[] {names + 1, close}
                : new int[0];
    }

    private static int contentEnd(byte[] line) {
        int end = line.length;
        while (end > 0 && line[end - 1] == '\r') {
            end--;
        }
        return end;
    }

    private static int wordEnd(byte[] line, int from) {
        int end = Math.min(from, line.length);
        while (end < line.length && line[end] != ' ') {
            end++;
        }
        return end;
    }

    private static String word(byte[] line, int from, int to) {
        return from >= to
                ? ""
                : new String(line, from, to - from, StandardCharsets.ISO_8859_1)
                        .toUpperCase(Locale.ROOT);
    }
}
