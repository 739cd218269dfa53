package org.imapmirror.proxy;

import java.util.Locale;

/// The limits a client can run into, each counted under the name of its key in the configuration.
enum Limit {
    BEFORE_LOGIN,
    LOGIN_TIME,
    LINE_BEFORE_LOGIN,
    LITERAL_BEFORE_LOGIN,
    IDLE_TIME,
    LINE,
    LITERALS,
    LITERAL,
    DEPTH,
    PIPELINE,
    PER_ADDRESS,
    PER_ACCOUNT,
    FAILED_LOGINS;

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
