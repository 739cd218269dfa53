/// Tests of what `check` looks at.
@NullMarked
package org.imapmirror.app.check;

import org.jspecify.annotations.NullMarked;
