package org.imapmirror.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

import org.imapmirror.event.Account;
import org.imapmirror.event.Origin;
import org.imapmirror.event.UidSet;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// One thing that happened, before it has its place in the chain. Never holds anything of a message
/// but its flags, size, date and digest.
public final class AuditEntry {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final String account;

    /// @param time when the journal got it, or when it was found
    /// @param origin whose doing it was
    /// @param event a word of docs/operations.md
    public AuditEntry(Instant time, Account account, Origin origin, String event) {
        this.account = account.name();
        fields.put("time", time.toString());
        fields.put("account", account.name());
        fields.put("event", event);
        fields.put("client", origin.client());
        fields.put("session", origin.session());
    }

    /// Adds a field; null adds nothing.
    public AuditEntry with(String name, @Nullable Object value) {
        if (value instanceof UidSet uids) {
            fields.put(name, uids.toString());
        } else if (value != null) {
            fields.put(name, value);
        }
        return this;
    }

    String account() {
        return account;
    }

    /// One JSON object on one line.
    String text() {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("bug: an audit entry that cannot be written", e);
        }
    }
}
