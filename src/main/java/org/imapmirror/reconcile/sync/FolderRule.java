package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Namespace;

/// Changes a name on the target. Gets it in the target's own hierarchy, prefix and separator
/// included, and gives it so.
@FunctionalInterface
public interface FolderRule {
    String apply(String name, Namespace source, Namespace target);
}
