/// The `imapmirror` command: its subcommands, the one class that wires everything ([Service]), and
/// the demonstration on embedded servers.
@NullMarked
package org.imapmirror.app;

import org.jspecify.annotations.NullMarked;
