package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;

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

    /// Waits until the running imapmirror says that the mirrors have everything and all is well.
    static void awaitMirrored(Path config, Duration patience) {
        Awaitility.await("pending 0")
                .atMost(patience)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() ->
                        assertThat(imapmirror("status", "--config", config.toString(), "--json"))
                                .satisfies(
                                        run -> assertThat(run.out()).contains("\"pending\":0,"),
                                        run -> assertThat(run.code()).isZero()));
    }
}
