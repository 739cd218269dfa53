/// Tests of the HTTP interface.
@NullMarked
package org.imapmirror.admin;

import org.jspecify.annotations.NullMarked;
