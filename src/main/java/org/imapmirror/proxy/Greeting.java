package org.imapmirror.proxy;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is said with a server before a client is connected to it: its greeting and, where the
/// configuration asks for it, STARTTLS. Whatever a server says in plain text is not believed after
/// TLS has begun; its capabilities are asked for again (RFC 9051 section 6.2.1).
final class Greeting {
    private static final Pattern CAPABILITIES =
            Pattern.compile("\\[CAPABILITY ([^]]*)]", Pattern.CASE_INSENSITIVE);

    /// What to do after a line.
    sealed interface Next {
        record Read() implements Next {}

        record Send(byte[] octets) implements Next {}

        /// The handshake; what was received behind the line is to be thrown away.
        record StartTls() implements Next {}

        /// @param rest to be sent at once, without an answer
        record Ready(String greeting, byte[] rest) implements Next {}

        /// @param farewell the server's own line; null where it said none
        record Failed(String reason, String remedy, @Nullable String farewell) implements Next {
            Failed(String reason, String remedy) {
                this(reason, remedy, null);
            }
        }
    }

    private enum Awaiting {
        GREETING,
        STARTTLS,
        HANDSHAKE,
        CAPABILITY,
        OFFER,
        ID,
        CONTINUATION
    }

    private static final Next READ = new Next.Read();

    /// A part of a command that another server has had already.
    ///
    /// @param asks the server is to ask for what comes behind it
    record Part(byte[] octets, boolean asks) {}

    /// What is said first.
    ///
    /// @param session its name
    /// @param said what another server has had of a login already
    record Opening(String session, Caller caller, List<Part> said) {}

    private final Endpoint endpoint;
    private final Opening introduction;
    private final Iterator<Part> opening;
    private Awaiting awaiting = Awaiting.GREETING;
    private String greeting = "";
    private String capabilities = "";

    Greeting(Endpoint endpoint, Opening opening) {
        this.endpoint = endpoint;
        this.introduction = opening;
        this.opening = opening.said().iterator();
    }

    /// The server has sent a line.
    Next line(String line) {
        return switch (awaiting) {
            case GREETING -> greeted(line);
            case STARTTLS -> startTls(line);
            case CAPABILITY -> capability(line);
            case OFFER -> offer(line);
            case ID -> identified(line);
            case CONTINUATION -> continuation(line);
            case HANDSHAKE -> throw new IllegalStateException("bug: a line during the handshake");
        };
    }

    /// The handshake that STARTTLS asked for is done.
    Next secured() {
        awaiting = Awaiting.CAPABILITY;
        return new Next.Send(Replies.line("s2 CAPABILITY"));
    }

    private Next greeted(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("* BYE")) {
            return new Next.Failed(
                    "refused the connection: " + shown(line),
                    "see the server's own log; it may limit connections per address",
                    // In front of TLS anybody could have said it.
                    endpoint.tls() == Endpoint.Tls.STARTTLS ? null : line);
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
            Matcher told = CAPABILITIES.matcher(greeting);
            if (told.find()) {
                capabilities = told.group(1);
            }
            return introduce();
        }
        awaiting = Awaiting.STARTTLS;
        return new Next.Send(Replies.line("s1 STARTTLS"));
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
            greeting = current();
            return introduce();
        }
        if (upper.startsWith("S2 ") || upper.startsWith("* BYE")) {
            return new Next.Failed(
                    "refused CAPABILITY after STARTTLS: " + shown(line),
                    "see the server's own log");
        }
        return READ;
    }

    /// Names the client to a server that trusts us, if it has ID.
    private Next introduce() {
        if (!endpoint.passing().id()) {
            return open();
        }
        if (capabilities.isEmpty()) {
            awaiting = Awaiting.OFFER;
            return new Next.Send(Replies.line("s3 CAPABILITY"));
        }
        if (!List.of(capabilities.toUpperCase(Locale.ROOT).split(" ")).contains("ID")) {
            return open();
        }
        awaiting = Awaiting.ID;
        return new Next.Send(introduction.caller().id("s4", introduction.session()));
    }

    private Next offer(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("* CAPABILITY ")) {
            capabilities = line.substring("* CAPABILITY ".length()).strip();
            return READ;
        }
        if (upper.startsWith("* BYE")) {
            return farewell(line);
        }
        if (!upper.startsWith("S3 ")) {
            return READ;
        }
        return capabilities.isEmpty() ? open() : introduce();
    }

    /// Whatever the server thinks of it, the client is served.
    private Next identified(String line) {
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("* BYE")) {
            return farewell(line);
        }
        return upper.startsWith("S4 ") ? open() : READ;
    }

    private static Next farewell(String line) {
        return new Next.Failed(
                "ended the connection when it was told the client's address: " + shown(line),
                "see the server's own log",
                line);
    }

    private Next open() {
        awaiting = Awaiting.CONTINUATION;
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        while (opening.hasNext()) {
            Part part = opening.next();
            octets.writeBytes(part.octets());
            if (part.asks()) {
                return new Next.Send(octets.toByteArray());
            }
        }
        return new Next.Ready(greeting, octets.toByteArray());
    }

    private Next continuation(String line) {
        if (line.startsWith("+")) {
            return open();
        }
        return line.startsWith("* ")
                ? READ
                : new Next.Failed(
                        "refused a login before the user was named: " + shown(line),
                        "let it offer the same ways to log in as the server that clients see"
                                + " first");
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
