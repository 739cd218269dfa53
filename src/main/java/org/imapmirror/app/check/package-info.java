/// `imapmirror check`: looks for what would go wrong, before it does.
@NullMarked
package org.imapmirror.app.check;

import org.jspecify.annotations.NullMarked;
