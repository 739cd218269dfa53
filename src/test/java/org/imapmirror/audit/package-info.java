@NullMarked
package org.imapmirror.audit;

import org.jspecify.annotations.NullMarked;
