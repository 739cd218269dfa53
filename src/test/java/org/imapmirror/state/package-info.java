@NullMarked
package org.imapmirror.state;

import org.jspecify.annotations.NullMarked;
