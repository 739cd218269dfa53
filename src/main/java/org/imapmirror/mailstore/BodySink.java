package org.imapmirror.mailstore;

import java.io.IOException;
import java.io.InputStream;

/// Takes messages while they arrive.
public interface BodySink {
    /// One message's octets, as the server has them. What is not read inside the call is skipped.
    /// The connection that the body comes from cannot be used inside the call.
    ///
    /// An exception ends the transfer and the connection that the body comes from, because the rest
    /// of what is under way on it belongs to nobody.
    ///
    /// @param size the octets in `body`
    void body(long uid, long size, InputStream body) throws IOException, StoreException;
}
