package org.imapmirror.state;

import org.jspecify.annotations.Nullable;

import java.sql.SQLException;

/// A piece of work on a connection, or the reading of one row.
@FunctionalInterface
public interface SqlFunction<T extends @Nullable Object, R extends @Nullable Object> {
    R apply(T input) throws SQLException;
}
