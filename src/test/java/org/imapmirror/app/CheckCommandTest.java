package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.imapmirror.app.demo.DemoServer;
import org.imapmirror.testing.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class CheckCommandTest {
    private final DemoServer old = DemoServer.start("old", Map.of("anna", "old-pass"));
    private final DemoServer next = DemoServer.start("new", Map.of("anna", "new-pass"));

    @TempDir Path folder;

    @AfterEach
    void stop() {
        old.close();
        next.close();
    }

    private Run check(String newServer, String more, String... args) throws IOException {
        Path config = folder.resolve("imapmirror.yaml");
        Files.writeString(
                folder.resolve("logins.csv"), "account,user,password\nanna,anna,old-pass\n");
        Files.writeString(
                config,
                """
                listeners: [{bind: "127.0.0.1:24011", tls: none}]
                servers:
                  old:
                    address: "127.0.0.1:%d"
                    tls: none
                    login: {method: table, file: %s}
                  new: %s
                route: {primary: old, mirrors: [{server: new}]}
                journal: {directory: %s, max-bytes: 1MB}
                state: {url: "jdbc:sqlite:%s"}
                admin: {bind: "127.0.0.1:24012"}
                %s
                """
                        .formatted(
                                old.port(),
                                folder.resolve("logins.csv"),
                                newServer,
                                folder.resolve("journal"),
                                folder.resolve("state.db"),
                                more));
        String[] all = new String[args.length + 3];
        all[0] = "check";
        all[1] = "--config";
        all[2] = config.toString();
        System.arraycopy(args, 0, all, 3, args.length);
        return Run.imapmirror(all);
    }

    private String plain(String login) {
        return "{address: \"127.0.0.1:" + next.port() + "\", tls: none, login: " + login + "}";
    }

    @Test
    void workingServersAreInOrder() throws Exception {
        Run run = check(plain("{method: captured}"), "", "--account", "Anna");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("ok       servers.old.login: works for account anna, who has 1 mailboxes")
                .contains("ok       servers.new.address: answers, without TLS")
                .contains("warning  servers.new.login.method: captured: after a restart")
                .contains("note     servers.new.login: not tried")
                .contains("note     servers.old: no CONDSTORE")
                .contains("ok       journal.directory: " + folder.resolve("journal") + " will be")
                .contains("ok       listeners[0].bind: 127.0.0.1 port 24011 is free")
                .endsWith("nothing is in the way\n");
        assertThat(Files.exists(folder.resolve("journal"))).isFalse();
    }

    @Test
    void listedAccountIsTriedByItself() throws Exception {
        Run run = check(plain("{method: captured}"), "accounts: {include: [anna]}");
        assertThat(run.out()).contains("works for account anna");
    }

    @Test
    void wrongPasswordIsToldWithoutIt() throws Exception {
        Run run =
                check(
                        plain("{method: master, user: '{user}', password: hunter2}"),
                        "",
                        "--account",
                        "anna");
        assertThat(run.code()).isOne();
        assertThat(run.out())
                .contains("error    servers.new.login: anna: ")
                .contains("-> look at login: method, user and password")
                .endsWith("something is wrong\n")
                .doesNotContain("hunter2");
    }

    @Test
    void absentServerIsTold() throws Exception {
        Run run = check("{address: \"127.0.0.1:" + Ports.one() + "\", tls: none}", "", "--json");
        assertThat(run.code()).isOne();
        assertThat(run.out())
                .contains("\"ok\":false")
                .contains("\"level\":\"ERROR\",\"subject\":\"servers.new.address\"")
                .contains("the firewall");
        assertThat(run.out().lines()).hasSize(1);
    }

    @Test
    void missingTlsIsTold() throws Exception {
        Run run = check("{address: \"127.0.0.1:" + next.port() + "\", tls: starttls}", "");
        assertThat(run.code()).isOne();
        assertThat(run.out()).contains("error    servers.new.address: ").contains("STARTTLS");
    }

    @Test
    void portAndDirectoryThatCannotBeUsedAreTold() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (ServerSocket _ = new ServerSocket(24011, 1, InetAddress.getByName("127.0.0.1"))) {
            Run run = check(plain("{method: captured}"), "limits: {before-login: 1}");
            assertThat(run.code()).isZero();
            assertThat(run.out()).contains("127.0.0.1 port 24011 is in use");
        }
        Path config = folder.resolve("imapmirror.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(folder.resolve("journal").toString(), file + "/journal"));
        Run run = Run.imapmirror("check", "--config", config.toString());
        assertThat(run.code()).isOne();
        assertThat(run.out())
                .contains("error    journal.directory: " + file + " cannot be written");
    }

    @Test
    void badTableIsAConfigurationError() throws Exception {
        Path table = Files.writeString(folder.resolve("bad.csv"), "name,secret\nanna,hunter2\n");
        Run run = check(plain("{method: table, file: " + table + "}"), "");
        assertThat(run.code()).isEqualTo(78);
        assertThat(run.err())
                .contains("servers.new.login.file: ")
                .contains("header account,user,password")
                .doesNotContain("hunter2");
    }
}
