/// The audit log of an archive: what was done to every message, as hash-chained lines of JSON.
///
/// An entry is made in the transaction that changes the archive's map ([AuditOutbox]), so there is
/// exactly one for each change, whatever crashes. One writer for each archive ([AuditWriter]) moves
/// the entries in order into files ([AuditFiles]), where each line carries the hash of the one
/// before ([AuditLine]); [AuditVerifier] finds any line that was edited, removed, added or moved.
@NullMarked
package org.imapmirror.audit;

import org.jspecify.annotations.NullMarked;
