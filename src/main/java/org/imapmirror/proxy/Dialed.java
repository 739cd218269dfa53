package org.imapmirror.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

import org.imapmirror.imap.Endpoint;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// What became of the attempt to reach a server.
sealed interface Dialed {

    /// A connection on which the server awaits the first command.
    ///
    /// @param greeting its first line, without line end; the capabilities in it are those of the
    ///   connection as it is now
    /// @param early what came behind the greeting; to be released by the receiver
    record Upstream(Endpoint endpoint, Channel channel, String greeting, ByteBuf early)
            implements Dialed {
        /// Nobody wants it any more.
        void close() {
            early.release();
            channel.close();
        }

        byte[] greetingOctets() {
            return greeting.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /// @param reason what happened, for the log
    /// @param remedy what the administrator can do
    /// @param farewell the server's own, a whole line without its end; null where it said none
    record Unreachable(Endpoint endpoint, String reason, String remedy, @Nullable String farewell)
            implements Dialed {
        Unreachable(Endpoint endpoint, String reason, String remedy) {
            this(endpoint, reason, remedy, null);
        }
    }
}
