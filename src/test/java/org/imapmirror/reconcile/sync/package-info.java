/// Runs between real servers, and the pure parts.
@NullMarked
package org.imapmirror.reconcile.sync;

import org.jspecify.annotations.NullMarked;
