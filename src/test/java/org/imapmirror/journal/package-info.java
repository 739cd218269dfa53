@NullMarked
package org.imapmirror.journal;

import org.jspecify.annotations.NullMarked;
