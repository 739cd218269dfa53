package org.imapmirror.event;

/// Names a message body in the journal's spool.
///
/// @param id unique in the journal
/// @param size octets, as the client sent them
/// @param sha256 lower-case hexadecimal digest of these octets
public record PayloadRef(String id, long size, String sha256) {}
