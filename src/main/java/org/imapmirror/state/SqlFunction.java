package org.imapmirror.state;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A piece of work on a connection, or the reading of one row.
@FunctionalInterface
public interface SqlFunction<T extends @Nullable Object, R extends @Nullable Object> {
    R apply(T input) throws SQLException;
}
