/// Compares two accounts message by message, by what the servers hold and nothing else: what
/// `imapmirror verify` does.
@NullMarked
package org.imapmirror.reconcile.verify;

import org.jspecify.annotations.NullMarked;
