/// Tests of capture: transcripts of sessions, models, and the whole against a real journal.
@NullMarked
package org.imapmirror.capture;

import org.jspecify.annotations.NullMarked;
