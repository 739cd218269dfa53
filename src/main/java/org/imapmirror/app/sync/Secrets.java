package org.imapmirror.app.sync;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Where passwords and tokens come from. Messages say where one was looked for, never what was
/// there.
final class Secrets {
    private static final long COMMAND_SECONDS = 60;

    private Secrets() {}

    /// The first line of a file.
    static String fromFile(String option, Path file) throws UnavailableException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            return present(option + ": the first line of " + file, reader.readLine());
        } catch (NoSuchFileException e) {
            throw new UnavailableException(option + ": there is no file " + file, e);
        } catch (IOException e) {
            throw new UnavailableException(
                    option + ": cannot read " + file + ": " + e.getClass().getSimpleName(), e);
        }
    }

    static String fromEnvironment(String option, String variable) throws UnavailableException {
        return present(option + ": the environment variable " + variable, System.getenv(variable));
    }

    /// The first line that a command of the shell prints.
    static String fromCommand(String option, String command) throws UnavailableException {
        Process process;
        try {
            process =
                    new ProcessBuilder("/bin/sh", "-c", command)
                            .redirectError(Redirect.INHERIT)
                            .redirectInput(Redirect.INHERIT)
                            .start();
        } catch (IOException e) {
            throw new UnavailableException(option + ": the command cannot be started", e);
        }
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (reader.readLine() != null) {
                // What comes after the first line, as account names in password stores, is not it.
            }
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                throw new UnavailableException(
                        option + ": the command did not end within " + COMMAND_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new UnavailableException(
                        option + ": the command ended with exit code " + process.exitValue());
            }
            return present(option + ": what the command printed", line);
        } catch (IOException e) {
            throw new UnavailableException(option + ": cannot read what the command prints", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException(option + ": interrupted", e);
        } finally {
            process.destroy();
        }
    }

    /// Asks on the terminal; null where there is none.
    static @Nullable String fromTerminal(String prompt) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return null;
        }
        char[] typed = console.readPassword("%s: ", prompt);
        return typed == null || typed.length == 0 ? null : new String(typed);
    }

    private static String present(String what, @Nullable String secret)
            throws UnavailableException {
        if (secret == null || secret.isEmpty()) {
            throw new UnavailableException(what + " is empty or not set");
        }
        return secret;
    }
}
