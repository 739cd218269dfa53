/// Tests of the front end: transcripts against a scripted primary, real servers, limits.
@NullMarked
package org.imapmirror.proxy;

import org.jspecify.annotations.NullMarked;
