package org.imapmirror.app.sync;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server and a user as they are given on the command line: `imaps://anna@imap.example.org`.
///
/// @param user null where none is given
record ServerAddress(Endpoint.Tls tls, String host, int port, @Nullable String user) {
    static final int IMAPS = 993;
    static final int IMAP = 143;

    private static final Pattern URL =
            Pattern.compile(
                    "(?<scheme>[A-Za-z0-9+.-]+)://(?:(?<user>.*)@)?"
                            + "(?:\\[(?<v6>[0-9A-Fa-f:.%]+)]|(?<host>[^:/@\\[\\]\\s]+))"
                            + "(?::(?<port>[0-9]{1,5}))?/?");

    /// `imaps` is TLS from the start, `imap` is STARTTLS, which must be there, and `imap+insecure`
    /// is clear text. The user's name may be written as it is, or with `%40` and so on as in a URL.
    static ServerAddress parse(String option, String text) throws UsageException {
        Matcher matcher = URL.matcher(text);
        if (!matcher.matches()) {
            throw new UsageException(
                    option
                            + ": not a server; write imaps://user@host, imap://user@host for"
                            + " STARTTLS, or imap+insecure://user@host for clear text, and :port"
                            + " where it is another one than 993 or 143");
        }
        Endpoint.Tls tls =
                switch (matcher.group("scheme").toLowerCase(Locale.ROOT)) {
                    case "imaps" -> Endpoint.Tls.IMPLICIT;
                    case "imap" -> Endpoint.Tls.STARTTLS;
                    case "imap+insecure" -> Endpoint.Tls.NONE;
                    default ->
                            throw new UsageException(
                                    option
                                            + ": "
                                            + matcher.group("scheme")
                                            + " is not one of imaps, imap (STARTTLS),"
                                            + " imap+insecure");
                };
        String host = matcher.group("v6") == null ? matcher.group("host") : matcher.group("v6");
        String digits = matcher.group("port");
        int port =
                digits == null
                        ? tls == Endpoint.Tls.IMPLICIT ? IMAPS : IMAP
                        : Integer.parseInt(digits);
        if (port < 1 || port > 65_535) {
            throw new UsageException(option + ": a port is between 1 and 65535");
        }
        return new ServerAddress(tls, host, port, user(option, matcher.group("user")));
    }

    private static @Nullable String user(String option, @Nullable String written)
            throws UsageException {
        if (written == null || written.isEmpty()) {
            return null;
        }
        if (written.indexOf(':') >= 0) {
            throw new UsageException(
                    option
                            + ": a password does not belong there, because everybody on this"
                            + " machine can read it; use "
                            + option
                            + "-password-file, -env or -command, and write a colon in a user's"
                            + " name as %3A");
        }
        try {
            return URLDecoder.decode(written.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": a % in a user's name is written as %25", e);
        }
    }
}
