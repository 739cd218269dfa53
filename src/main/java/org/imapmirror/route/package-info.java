/// Which server is primary and which are mirrors for an account.
@NullMarked
package org.imapmirror.route;

import org.jspecify.annotations.NullMarked;
