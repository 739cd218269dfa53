/// The commands that bring accounts from one server to another and compare them: `sync`, `imapsync`
/// and `verify`. They turn options into the values of [org.imapmirror.reconcile.sync], let that
/// work, and show what came of it.
@NullMarked
package org.imapmirror.app.sync;

import org.jspecify.annotations.NullMarked;
