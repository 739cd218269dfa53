/// Comparisons of real accounts, and the pure parts.
@NullMarked
package org.imapmirror.reconcile.verify;

import org.jspecify.annotations.NullMarked;
