package org.imapmirror.app;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;

/// One run of the command.
///
/// @param code what the shell is told
record Run(int code, String out, String err) {
    static Run imapmirror(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        int code = commandLine.execute(args);
        return new Run(code, out.toString(), err.toString());
    }
}
