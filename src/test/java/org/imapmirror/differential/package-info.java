/// One stream of commands, sent to a real server directly and through a whole imapmirror: the
/// client must not be able to tell, and the mirror must follow.
@NullMarked
package org.imapmirror.differential;

import org.jspecify.annotations.NullMarked;
