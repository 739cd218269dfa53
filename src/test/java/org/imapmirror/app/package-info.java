/// Tests of the commands and of the wiring.
@NullMarked
package org.imapmirror.app;

import org.jspecify.annotations.NullMarked;
