package org.imapmirror.reconcile.sync;

/// Is told how a run goes on, on the threads that do the work: must be quick.
public interface Progress {
    Progress NONE = new Progress() {};

    /// The plan is made.
    default void planned(long folders, long messages, long bytes) {}

    default void folder(String source, String target) {}

    /// A message is on the target.
    default void copied(String folder, long bytes) {}

    default void failed(SyncReport.Failure failure) {}

    /// @return true where the run is to end in order
    default boolean stopped() {
        return false;
    }
}
