package org.imapmirror.mailstore;

import org.imapmirror.imap.Code;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Response;
import org.imapmirror.imap.Response.Status;
import org.imapmirror.mailstore.StoreException.Kind;
import org.jspecify.annotations.Nullable;

/// Puts what a server did not do into words.
final class Failures {
    private static final int MAX_WORDS = 300;

    private final Endpoint server;

    Failures(Endpoint server) {
        this.server = server;
    }

    StoreException of(Kind kind, String text) {
        return new StoreException(kind, server, null, text);
    }

    StoreException gone(String text) {
        return of(Kind.GONE, text);
    }

    /// @param what what is wrong with it, never the answer itself: that may be mail
    StoreException garbage(String what) {
        return of(Kind.PROTOCOL, "its answer is not IMAP: " + what);
    }

    /// With the server's own code and words.
    StoreException of(Kind kind, String what, Code code, String words) {
        return new StoreException(kind, server, name(code), what + ": " + printable(words));
    }

    /// What a NO or BAD means to the caller.
    StoreException refusal(String verb, Response.Tagged answer) {
        boolean no = answer.status() == Status.NO;
        return of(
                no ? Kind.REFUSED : Kind.PROTOCOL,
                verb + (no ? " was refused" : " was not understood"),
                answer.code(),
                answer.text());
    }

    /// The server's words, fit for a log line.
    static String printable(String text) {
        String line = text.strip().replaceAll("\\p{Cntrl}|\\p{Cf}", "?");
        return line.length() <= MAX_WORDS ? line : line.substring(0, MAX_WORDS) + "...";
    }

    static boolean isOk(Response.Tagged answer) {
        return answer.status() == Status.OK;
    }

    static Outlook outlook(Response.Tagged answer) {
        return Outlook.of(
                answer.status() == Status.NO ? Kind.REFUSED : Kind.PROTOCOL,
                name(answer.code()),
                answer.text());
    }

    /// The code in upper case without its arguments; null for none.
    static @Nullable String name(Code code) {
        return switch (code) {
            case Code.None _ -> null;
            case Code.OtherCode(String name, _) -> name;
            case Code.AppendUid _ -> "APPENDUID";
            case Code.CopyUid _ -> "COPYUID";
            case Code.UidValidity _ -> "UIDVALIDITY";
            case Code.UidNext _ -> "UIDNEXT";
            case Code.HighestModseq _ -> "HIGHESTMODSEQ";
            case Code.NoModseq _ -> "NOMODSEQ";
            case Code.ReadOnly _ -> "READ-ONLY";
            case Code.ReadWrite _ -> "READ-WRITE";
            case Code.Closed _ -> "CLOSED";
            case Code.Modified _ -> "MODIFIED";
            case Code.PermanentFlags _ -> "PERMANENTFLAGS";
            case Code.MailboxId _ -> "MAILBOXID";
            case Code.CapabilityCode _ -> "CAPABILITY";
            case Code.MessageLimit _ -> "MESSAGELIMIT";
        };
    }
}
