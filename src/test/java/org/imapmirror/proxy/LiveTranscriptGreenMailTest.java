package org.imapmirror.proxy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;

import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The transcripts that GreenMail plays its part in; it knows no CONDSTORE, SEARCHRES, MULTIAPPEND,
/// BINARY, CATENATE, ACL or METADATA.
class LiveTranscriptGreenMailTest {
    private static final GreenMail SERVER =
            new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));

    @TempDir private static Path directory;
    private static LiveWorld world;
    private static int users;

    @BeforeAll
    static void start() throws IOException {
        SERVER.start();
        Endpoint server =
                new Endpoint(
                        "old",
                        "127.0.0.1",
                        SERVER.getImap().getPort(),
                        Endpoint.Tls.NONE,
                        new Trust.System());
        world = new LiveWorld(server, '.', directory.resolve("journal"));
    }

    @AfterAll
    static void stop() {
        world.close();
        SERVER.stop();
    }

    @TestFactory
    Stream<DynamicTest> transcripts() throws IOException {
        return LiveTranscript.of("greenmail").stream()
                .map(transcript ->
                        DynamicTest.dynamicTest(
                                transcript.name(), () -> world.play(transcript, user(), user())));
    }

    private static LiveWorld.User user() {
        String name = "user%04d".formatted(++users);
        SERVER.setUser(name + "@localhost", name, "pass-" + name);
        return new LiveWorld.User(name, "pass-" + name);
    }
}
