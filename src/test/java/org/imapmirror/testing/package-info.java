/// What tests stand on: real mail servers, mail clients that nobody here wrote, and an independent
/// reader that compares two accounts. Nothing here uses the product's own packages, so that a fault
/// of ours cannot hide itself.
@NullMarked
package org.imapmirror.testing;

import org.jspecify.annotations.NullMarked;
