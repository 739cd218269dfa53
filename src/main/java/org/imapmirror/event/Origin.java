package org.imapmirror.event;

/// Whose doing an event was, for the audit log.
///
/// @param session the proxy's session id, or `sweep` and the like for our own findings
/// @param client the client's address as text, empty where there is none
public record Origin(String session, String client) {
    public static final Origin SWEEP = new Origin("sweep", "");
}
