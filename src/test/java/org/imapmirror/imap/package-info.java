/// Tests of IMAP as syntax: tables of what servers and clients really send, and seeded hostile
/// input.
@NullMarked
package org.imapmirror.imap;

import org.jspecify.annotations.NullMarked;
