/// The HTTP interface of a running imapmirror: status, sweeps by command, metrics; and the client
/// that the commands ask it with.
///
/// It reads what others report and changes nothing but through the commands it is given.
@NullMarked
package org.imapmirror.admin;

import org.jspecify.annotations.NullMarked;
