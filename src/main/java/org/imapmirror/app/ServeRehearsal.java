package org.imapmirror.app;

import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;

import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.app.demo.DemoSession;
import org.imapmirror.app.demo.MailClient;
import org.imapmirror.app.demo.SampleMail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Does what `serve` does while clients work, so that Java can write down which classes that needs
/// and what runs often. Servers and clients are in a process of their own, whose needs are not
/// those of `serve`.
final class ServeRehearsal {
    private static final int ACCOUNTS = 8;
    private static final int CLIENTS = 3;
    private static final int ROUND_TRIPS = 40;
    private static final int LARGE = 2;
    private static final String PASSWORD = "secret";

    private ServeRehearsal() {}

    /// The part that is written down.
    ///
    /// @param fromOther what a process says in which [#play] runs with this folder
    /// @param toOther what that process is told
    static int serve(Path folder, BufferedReader fromOther, OutputStream toOther)
            throws IOException, ConfigException {
        String ready = fromOther.readLine();
        if (ready == null) {
            throw new IOException("the embedded servers did not start");
        }
        var config = ConfigLoader.load(configuration(folder));
        new LogSettings().apply(config.log());
        try (Service service = Service.start(config, (_, _) -> {})) {
            toOther.write((service.ports().getFirst() + "\n").getBytes(StandardCharsets.US_ASCII));
            toOther.flush();
            String played = fromOther.readLine();
            return played == null ? ExitCode.INTERNAL : ExitCode.OK;
        }
    }

    private static Path configuration(Path folder) {
        return folder.resolve("imapmirror.yaml");
    }

    /// The servers and their clients: says when the servers are there, is told the proxy's port,
    /// says when the clients are done.
    static int play(Path folder) throws IOException {
        Map<String, String> passwords = new LinkedHashMap<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            passwords.put("user" + i, PASSWORD);
        }
        try (DemoServer old = DemoServer.start("old", passwords);
                DemoServer next = DemoServer.start("new", passwords)) {
            Files.writeString(
                    configuration(folder),
                    """
                    listeners: [{bind: "127.0.0.1:%d", tls: none}]
                    admin: {bind: "127.0.0.1:%d"}
                    servers:
                      old: {address: "127.0.0.1:%d", tls: none}
                      new: {address: "127.0.0.1:%d", tls: none}
                    route: {primary: old, mirrors: [{server: new}]}
                    journal: {directory: "%s"}
                    state: {url: "jdbc:sqlite:%s"}
                    """
                            .formatted(
                                    freePort(),
                                    freePort(),
                                    old.port(),
                                    next.port(),
                                    folder.resolve("journal"),
                                    folder.resolve("state/state.db")));
            say("ready");
            int port =
                    Integer.parseInt(
                            new BufferedReader(
                                            new InputStreamReader(
                                                    System.in, StandardCharsets.US_ASCII))
                                    .readLine());
            try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                List<Future<?>> running = new ArrayList<>();
                for (String user : passwords.keySet()) {
                    running.add(
                            clients.submit(() -> {
                                use(port, user);
                                return user;
                            }));
                }
                for (Future<?> one : running) {
                    one.get();
                }
            } catch (ExecutionException e) {
                throw new IOException("a client failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            say("played");
            return ExitCode.OK;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void say(String word) {
        System.out.println(word);
        System.out.flush();
    }

    private static void use(int port, String user) throws MessagingException {
        try (Store store = MailClient.connect("127.0.0.1", port, user, PASSWORD)) {
            SampleMail.fill(store, user);
            new DemoSession(store, user, _ -> {}).play();
            try (Folder inbox = store.getFolder("INBOX")) {
                inbox.open(Folder.READ_WRITE);
                for (int i = 0; i < LARGE; i++) {
                    inbox.appendMessages(new Message[] {SampleMail.large(user, i)});
                }
                Message[] all = inbox.getMessages();
                for (int i = 0; i < ROUND_TRIPS; i++) {
                    all[0].setFlag(Flags.Flag.FLAGGED, i % 2 == 0);
                    FetchProfile flags = new FetchProfile();
                    flags.add(FetchProfile.Item.FLAGS);
                    inbox.fetch(all, flags);
                    inbox.getMessageCount();
                }
                for (Message message : all) {
                    var unused =
                            message.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            } catch (IOException e) {
                throw new MessagingException("not read", e);
            }
        }
    }
}
