/// The IMAP front end on Netty: listeners, TLS, login, the connection to the primary, the relay.
///
/// Both channels of a session live on one event loop. Bytes are forwarded as slices in the order
/// they came; what may be waited for, hidden or refused is decided by a [SessionTap] per session.
@NullMarked
package org.imapmirror.proxy;

import org.jspecify.annotations.NullMarked;
