/// What the demonstration is made of, apart from imapmirror itself: two embedded servers
/// (GreenMail), a client that nobody here wrote (Angus Mail), sample mail, and the comparison of
/// both servers message by message.
@NullMarked
package org.imapmirror.app.demo;

import org.jspecify.annotations.NullMarked;
