/// Tests of the tree as a whole.
@NullMarked
package org.imapmirror;

import org.jspecify.annotations.NullMarked;
