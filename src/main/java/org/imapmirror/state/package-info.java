/// Durable state in SQL: one [Database] with one writer and a few readers, its migrations, the lock
/// on the folder it lives in, and as much help with rows as data access classes need ([Sql]).
///
/// The queries of all data access classes are plain SQL that SQLite and PostgreSQL both understand;
/// what differs is in the dialect, which holds statements and never control flow. Times are stored
/// as milliseconds since 1970.
@NullMarked
package org.imapmirror.state;

import org.jspecify.annotations.NullMarked;
