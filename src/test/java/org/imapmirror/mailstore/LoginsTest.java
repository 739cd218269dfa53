package org.imapmirror.mailstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.imapmirror.event.Account;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class LoginsTest {
    private static final Account ALICE = new Account("alice@example.org");

    @TempDir private Path directory;
    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    private Logins logins(LoginMethod method) {
        return new Logins(Map.of("new", method), () -> now);
    }

    private LoginTable table(String text) throws IOException {
        return new LoginTable(file(text), Account::new);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("logins.csv"), text);
    }

    @Test
    void masterAndAuthzidActForTheAccount() {
        assertThat(logins(new LoginMethod.Master("{user}*m", "p")).loginFor("new", ALICE))
                .isEqualTo(new LoginAs.Plain("alice@example.org*m", "p"));
        assertThat(logins(new LoginMethod.Authzid("adm", "p")).loginFor("new", ALICE))
                .isEqualTo(new LoginAs.Authzid("adm", "p", "alice@example.org"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoginMethod.Master("master", "p"))
                .withMessageContaining("{user}");
    }

    @Test
    void capturedLoginIsTriedOnceThenANewOneIsAwaited() {
        CapturedLogins captured = new CapturedLogins();
        List<Account> heard = new ArrayList<>();
        captured.onNew(heard::add);
        Logins logins = logins(new LoginMethod.Captured(captured));
        assertThat(logins.loginFor("new", ALICE)).isNull();
        assertThat(logins.missing("new", ALICE)).contains("no login");

        captured.put(ALICE, "Alice", "old");
        captured.put(ALICE, "Alice", "old");
        LoginAs old = new LoginAs.Plain("Alice", "old");
        assertThat(logins.loginFor("new", ALICE)).isEqualTo(old);
        logins.onRefused("new", ALICE, old);
        now = now.plus(Duration.ofDays(1));
        assertThat(logins.loginFor("new", ALICE)).isNull();
        assertThat(logins.missing("new", ALICE)).contains("was refused");

        captured.put(ALICE, "Alice", "new");
        assertThat(logins.loginFor("new", ALICE)).isEqualTo(new LoginAs.Plain("Alice", "new"));
        assertThat(heard).containsExactly(ALICE, ALICE);
    }

    @Test
    void refusedMasterLoginIsTriedAgainAfterAWhile() {
        Logins logins = logins(new LoginMethod.Master("{user}*m", "p"));
        LoginAs login = new LoginAs.Plain("alice@example.org*m", "p");
        logins.onRefused("new", ALICE, login);
        assertThat(logins.loginFor("new", ALICE)).isNull();
        assertThat(logins.loginFor("new", new Account("bob"))).isNotNull();
        now = now.plus(Duration.ofMinutes(16));
        assertThat(logins.loginFor("new", ALICE)).isEqualTo(login);
    }

    @Test
    void tableKnowsItsAccounts() throws IOException {
        LoginTable table =
                table(
                        "\uFEFFaccount, user ,password\r\n"
                                + "alice@example.org,al,\"p,\"\"q\"\r\n"
                                + "\r\n"
                                + "bob,bob, spaced \r\n");
        assertThat(table.loginFor(ALICE)).isEqualTo(new LoginAs.Plain("al", "p,\"q"));
        assertThat(table.loginFor(new Account("bob")))
                .isEqualTo(new LoginAs.Plain("bob", " spaced "));
        assertThat(table.loginFor(new Account("carol"))).isNull();
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void errorsNameTheirLinesAndNotTheirContent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        table(
                                "account,user,password\n"
                                        + "a,b,hunter2,x\n"
                                        + "a,b,\"hunter2\n"
                                        + "a,b,hun\"ter2\n"
                                        + "a,,hunter2\n"
                                        + ",b,hunter2\n"
                                        + "a,b,hunter2\n"
                                        + "a,b,hunter2\n"))
                .withMessageContaining("logins.csv: line 2: it has 4 fields")
                .withMessageContaining("line 3: a quote is not closed")
                .withMessageContaining("line 4: a quote stands inside")
                .withMessageContaining("line 5: user or password is empty")
                .withMessageContaining("line 6: the account's name")
                .withMessageContaining("line 8: the account stands in an earlier line")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter", "hun\"ter"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table("alice,al,hunter2\n"))
                .withMessageContaining("header account,user,password")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoginTable(directory.resolve("none.csv"), Account::new))
                .withMessageContaining("there is no such file");
    }

    @Test
    void changedFileIsReadAgainAndABrokenOneIsNotUsed() throws IOException {
        LoginTable table = table("account,user,password\nalice@example.org,al,one\n");
        write("account,user,password\nalice@example.org,al,second\n", 10);
        assertThat(table.loginFor(ALICE)).isEqualTo(new LoginAs.Plain("al", "second"));
        write("account,user,password\nalice@example.org\n", 20);
        assertThat(table.loginFor(ALICE)).isEqualTo(new LoginAs.Plain("al", "second"));
        Files.delete(directory.resolve("logins.csv"));
        assertThat(table.loginFor(ALICE)).isEqualTo(new LoginAs.Plain("al", "second"));
        write("account,user,password\nalice@example.org,al,third\n", 30);
        assertThat(table.loginFor(ALICE)).isEqualTo(new LoginAs.Plain("al", "third"));
    }

    private void write(String text, int second) throws IOException {
        Files.setLastModifiedTime(file(text), FileTime.from(now.plusSeconds(second)));
    }
}
