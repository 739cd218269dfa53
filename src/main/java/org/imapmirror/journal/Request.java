package org.imapmirror.journal;

import org.imapmirror.event.Account;
import org.imapmirror.state.SqlFunction;
import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/// Something the writer is to do durably, and the promise that it did.
///
/// @param sequence requests of one account keep their order, also where some must wait; null for
///   what may overtake
/// @param ready completes when the request may be done
/// @param weight octets it occupies while it waits, roughly
record Request<T extends @Nullable Object>(
        @Nullable Account sequence,
        CompletableFuture<?> ready,
        long weight,
        SqlFunction<Transaction, T> work,
        CompletableFuture<T> done) {
    private static final CompletableFuture<Void> NOW = CompletableFuture.completedFuture(null);
    private static final long SMALL = 400;

    static Request<Long> of(Append append) {
        return new Request<>(
                append.account(),
                append.ready(),
                append.weight(),
                transaction -> transaction.append(append),
                new CompletableFuture<>());
    }

    static <T extends @Nullable Object> Request<T> of(SqlFunction<Transaction, T> work) {
        return new Request<>(null, NOW, SMALL, work, new CompletableFuture<>());
    }

    /// Does the work.
    ///
    /// @return what keeps the promise, to be called after the commit
    Runnable perform(Transaction transaction) throws SQLException {
        T result = work.apply(transaction);
        return () -> done.complete(result);
    }
}
