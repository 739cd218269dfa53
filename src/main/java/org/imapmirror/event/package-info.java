/// The shared language: what happened to a mailbox ([MailboxEvent]) and the nouns that tell it.
///
/// Everything here is an immutable value without behaviour beyond its own rules. The serial form
/// ([EventCodec]) is what the journal stores; it only ever grows.
@NullMarked
package org.imapmirror.event;

import org.jspecify.annotations.NullMarked;
