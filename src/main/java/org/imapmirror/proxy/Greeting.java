package org.imapmirror.proxy;

import org.imapmirror.imap.Endpoint;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is said with a server before a client is connected to it: its greeting and, where the
/// configuration asks for it, STARTTLS. Whatever a server says in plain text is not believed after
/// TLS has begun; its capabilities are asked for again (RFC 9051 section 6.2.1).
final class Greeting {
    private static final Pattern CAPABILITIES =
            Pattern.compile("\\[CAPABILITY [^]]*]", Pattern.CASE_INSENSITIVE);

    /// What to do after a line.
    sealed interface Next {
        record Read() implements Next {}

        record Send(String line) implements Next {}

        /// The handshake; what was received behind the line is to be thrown away.
        record StartTls() implements Next {}

        record Ready(String greeting) implements Next {}

        record Failed(String reason, String remedy) implements Next {}
    }

    private enum Awaiting {
        GREETING,
        STARTTLS,
        HANDSHAKE,
        CAPABILITY
    }

    private static final Next READ = new Next.Read();

    private final Endpoint endpoint;
    private Awaiting awaiting = Awaiting.GREETING;
    private String greeting = "";
    private String capabilities = "";

    Greeting(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /// The server has sent a line.
    Next line(String line) {
        return switch (awaiting) {
            case GREETING -> greeted(line);
            case STARTTLS -> startTls(line);
            case CAPABILITY -> capability(line);
            case HANDSHAKE -> throw new IllegalStateException("bug: a line during the handshake");
        };
    }

    /// The handshake that STARTTLS asked for is done.
    Next secured() {
        awaiting = Awaiting.CAPABILITY;
        return new Next.Send("s2 CAPABILITY");
    }

    private Next greeted(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("* BYE")) {
            return new Next.Failed(
                    "refused the connection: " + shown(line),
                    "see the server's own log; it may limit connections per address");
        }
        if (upper.startsWith("* PREAUTH")) {
            return new Next.Failed(
                    "greeted with PREAUTH, so that nobody could log in",
                    "let the server ask for a login on connections from here");
        }
        if (!upper.startsWith("* OK")) {
            return new Next.Failed(
                    "does not greet like an IMAP server: " + shown(line),
                    "check servers." + endpoint.name() + ".address");
        }
        greeting = line;
        if (endpoint.tls() != Endpoint.Tls.STARTTLS) {
            return new Next.Ready(greeting);
        }
        awaiting = Awaiting.STARTTLS;
        return new Next.Send("s1 STARTTLS");
    }

    private Next startTls(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("S1 OK")) {
            awaiting = Awaiting.HANDSHAKE;
            return new Next.StartTls();
        }
        if (upper.startsWith("S1 ") || upper.startsWith("* BYE")) {
            return new Next.Failed(
                    "refused STARTTLS: " + shown(line),
                    "enable it on the server, or set servers."
                            + endpoint.name()
                            + ".tls to implicit and the address to its TLS port");
        }
        return READ;
    }

    private Next capability(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("* CAPABILITY ")) {
            capabilities = line.substring("* CAPABILITY ".length()).strip();
            return READ;
        }
        if (upper.startsWith("S2 OK")) {
            return new Next.Ready(current());
        }
        if (upper.startsWith("S2 ") || upper.startsWith("* BYE")) {
            return new Next.Failed(
                    "refused CAPABILITY after STARTTLS: " + shown(line),
                    "see the server's own log");
        }
        return READ;
    }

    private String current() {
        return CAPABILITIES
                .matcher(greeting)
                .replaceFirst(Matcher.quoteReplacement("[CAPABILITY " + capabilities + "]"));
    }

    /// A server's text, fit for a log.
    private static String shown(String line) {
        String text = line.length() > 200 ? line.substring(0, 200) + "..." : line;
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
