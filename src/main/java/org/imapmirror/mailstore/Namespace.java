package org.imapmirror.mailstore;

/// Where personal mailboxes live (RFC 2342).
///
/// @param prefix what their names begin with, often empty
/// @param separator between levels of the hierarchy; 0 where the server has no hierarchy
public record Namespace(String prefix, char separator) {}
