/// IMAP as syntax, without I/O: framing with literals, commands, responses, sets, names and
/// capabilities. It knows no sockets, clocks or threads, so that the proxy and our own client share
/// one parser and it can be tested as a function.
@NullMarked
package org.imapmirror.imap;

import org.jspecify.annotations.NullMarked;
