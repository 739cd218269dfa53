/// Measurements of a whole imapmirror between real Dovecots, always beside an alternative in the
/// same run. Each is a main class that a command of the folder `bench` starts.
@NullMarked
package org.imapmirror.bench;

import org.jspecify.annotations.NullMarked;
