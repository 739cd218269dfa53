package org.imapmirror.mailstore;

import org.imapmirror.imap.CapabilityList;
import org.imapmirror.imap.Code;
import org.imapmirror.imap.Response;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a server has said about itself on this connection.
final class Traits {
    /// What LITERAL- allows (RFC 7888 section 5).
    private static final int LITERAL_MINUS = 4096;

    private CapabilityList capabilities = CapabilityList.NONE;
    private String greeting = "";
    private boolean qresync;

    /// Capabilities may be in any response.
    void learn(Response response) {
        switch (response) {
            case Response.Capability(CapabilityList list) -> capabilities = list;
            case Response.Enabled(CapabilityList list) -> qresync |= list.has("QRESYNC");
            case Response.Tagged tagged -> learn(tagged.code());
            case Response.Untagged untagged -> learn(untagged.code());
            default -> {
                // Not about the server.
            }
        }
    }

    private void learn(Code code) {
        if (code instanceof Code.CapabilityCode(CapabilityList list)) {
            capabilities = list;
        }
    }

    void greeted(String text) {
        greeting = text;
    }

    /// What was said without TLS may have been said by anybody.
    void forget() {
        capabilities = CapabilityList.NONE;
    }

    boolean known() {
        return !capabilities.isEmpty();
    }

    boolean has(String capability) {
        return capabilities.has(capability);
    }

    /// The value behind `NAME=`, null where it is not offered or has none.
    @Nullable String value(String name) {
        List<String> values = capabilities.values(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    /// RFC 7889; Long.MAX_VALUE where there is none.
    long appendLimit() {
        String value = value("APPENDLIMIT");
        return value != null && value.matches("[0-9]{1,18}")
                ? Long.parseLong(value)
                : Long.MAX_VALUE;
    }

    /// True where a literal of that size can go out without asking (RFC 7888).
    boolean nonSyncLiteral(long size) {
        return has("LITERAL+") || (size <= LITERAL_MINUS && (has("LITERAL-") || has("IMAP4REV2")));
    }

    /// Courier gives a renamed mailbox, and what is below it, a new UIDVALIDITY and UIDs from 1 on,
    /// in the order of file names, which is not that of the UIDs before.
    boolean renumbersOnRename() {
        return greeting.contains("Courier");
    }

    /// Expunges are told by UID (RFC 7162 section 3.2.3).
    boolean qresync() {
        return qresync;
    }

    /// Cyrus 3.6 answers STATUS MAILBOXID from memory that it has freed: the answer is another one
    /// each time, and not even always IMAP. SELECT tells it right.
    boolean statusTellsMailboxId() {
        return has("OBJECTID") && !greeting.contains("Cyrus");
    }
}
