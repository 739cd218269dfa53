/// Tests of the demonstration's parts against one pair of embedded servers, without imapmirror.
@NullMarked
package org.imapmirror.app.demo;

import org.jspecify.annotations.NullMarked;
