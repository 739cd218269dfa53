package org.imapmirror.mailstore;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

/// A server did not do what it was asked to. The message names the server and what to do; it holds
/// no credentials and nothing of a message.
public final class StoreException extends Exception {
    /// What failed, as far as it matters for what to do next.
    public enum Kind {
        /// No TCP connection: address, port, firewall, or the server is down.
        UNREACHABLE,
        /// No secure connection: certificate, host name, protocol, or STARTTLS is missing.
        TLS,
        /// The server refused the credentials.
        LOGIN_REFUSED,
        /// There are no credentials to try (yet).
        NO_LOGIN,
        /// NO: the server understood, and did not do it. A MOVE or STORE may have been done in
        /// part.
        REFUSED,
        /// BAD, or an answer that is not IMAP.
        PROTOCOL,
        /// BYE, end of stream, or no answer in time: whether commands under way were done is
        /// unknown.
        GONE,
        /// The mailbox changed while it was read; ask again.
        RACE,
        /// The server lacks an extension without which this cannot be done safely.
        UNSUPPORTED
    }

    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final transient Endpoint server;
    private final @Nullable String code;
    private final String text;

    public StoreException(Kind kind, Endpoint server, @Nullable String code, String text) {
        this(kind, server, code, text, null);
    }

    public StoreException(
            Kind kind,
            Endpoint server,
            @Nullable String code,
            String text,
            @Nullable Throwable cause) {
        super(server.describe() + ": " + (code == null ? "" : "[" + code + "] ") + text, cause);
        this.kind = kind;
        this.server = server;
        this.code = code;
        this.text = text;
    }

    public Kind kind() {
        return kind;
    }

    /// Whom it concerns: in a copy from server to server, the one that failed.
    public Endpoint server() {
        return server;
    }

    /// The key of [#server] in the configuration.
    public String serverName() {
        return server.name();
    }

    /// The response code in upper case without its arguments (RFC 9051 section 7.1), or null.
    public @Nullable String code() {
        return code;
    }

    public String text() {
        return text;
    }

    /// True where the same may succeed later without anybody doing something, by [Outlook].
    public boolean temporary() {
        return Outlook.of(kind, code, text) != Outlook.NEVER;
    }

    /// What to expect of another try.
    public Outlook outlook() {
        return Outlook.of(kind, code, text);
    }
}
