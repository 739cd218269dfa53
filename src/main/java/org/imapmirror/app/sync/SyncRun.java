package org.imapmirror.app.sync;

import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FolderRules;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.SyncOptions;
import org.imapmirror.reconcile.sync.SyncReport;
import org.imapmirror.reconcile.sync.Syncer;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// One account, brought over once.
///
/// @param source,target the two sides
record SyncRun(ServerSide source, ServerSide target, SyncOptions options, StateDirectory state) {

    /// How it ended.
    ///
    /// @param exit as in [SyncExit]
    /// @param report null where it did not come that far
    /// @param error why it did not; null where it did
    record End(int exit, @Nullable SyncReport report, @Nullable String error) {
        static End failed(int exit, String error) {
            return new End(exit, null, error);
        }
    }

    String name() {
        return source.name() + " -> " + target.name();
    }

    End run(Progress progress) {
        try {
            SyncReport report =
                    Syncer.run(source, target, options, state.of(source, target), progress);
            return new End(SyncExit.of(report), report, null);
        } catch (StoreException e) {
            return End.failed(
                    SyncExit.of(e, source.isConcerned(e)),
                    e.getMessage()
                            + (e.kind() == StoreException.Kind.GONE
                                    ? "; what was brought over stays, run it again to go on"
                                    : ""));
        } catch (StateException e) {
            return End.failed(SyncExit.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return End.failed(SyncExit.UNAVAILABLE, "cannot use " + state.root() + ": " + e);
        } catch (FolderRules.NoTopException e) {
            return End.failed(SyncExit.NO_TOP, String.valueOf(e.getMessage()));
        }
    }
}
