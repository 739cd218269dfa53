package org.imapmirror.reconcile.sync;

/// Is told how a run goes on, on the threads that do the work: must be quick.
public interface Progress {
    Progress NONE = new Progress() {};

    /// The plan is made.
    ///
    /// @param messages of the source, whether they are to be copied or not
    default void planned(long folders, long messages) {}

    /// What is left to do in a mailbox of the source, instead of what was told of it before.
    ///
    /// @param messages that were not looked at yet, or are to be copied
    /// @param known those of them that are to be copied and have a known size
    /// @param knownBytes sizes of these
    default void left(String folder, long messages, long known, long knownBytes) {}

    default void folder(String source, String target) {}

    /// A message is on the target; it is not left any more.
    default void copied(String folder, long bytes) {}

    default void failed(SyncReport.Failure failure) {}

    /// @return true where the run is to end in order
    default boolean stopped() {
        return false;
    }
}
