/// The durable replay queue: events per account in the order in which the primary confirmed them,
/// the bodies of appended messages, and the write-intent marks.
///
/// The data runs from [Journal#append] into one queue ([CommitQueue]), which a single thread
/// empties ([CommitLoop]): as many requests as are waiting become one transaction ([Transaction]),
/// and so one fsync. Bodies run beside it into the [Spool] while they stream, small ones in memory
/// until they join the transaction of their event, large ones into a file that is durable before
/// its event is.
///
/// A journal that cannot write says so to each caller and keeps trying with what comes next; the
/// mail service does not depend on it.
@NullMarked
package org.imapmirror.journal;

import org.jspecify.annotations.NullMarked;
