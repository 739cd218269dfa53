@NullMarked
package org.imapmirror.app.sync;

import org.jspecify.annotations.NullMarked;
