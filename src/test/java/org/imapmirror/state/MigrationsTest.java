package org.imapmirror.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/// Flyway is left out only where it would find nothing to do.
class MigrationsTest {
    @TempDir Path folder;

    private String url() {
        return "jdbc:sqlite:" + folder.resolve("some.db");
    }

    private boolean areApplied(String location) {
        try (Database database = Database.openToRead(url())) {
            return database.read(c -> Migrations.areApplied(c, location));
        }
    }

    private void change(String statement) throws SQLException {
        Connections connections = new Connections(Dialect.SQLITE, folder.resolve("some.db"));
        try (var connection = connections.connect(List.of())) {
            Connections.execute(connection, statement);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classpath:db/sync", "classpath:db/state", "classpath:db/journal"})
    void whatFlywayDidIsRecognizedWithItsChecksums(String location) {
        Database.open(url(), location).close();
        assertThat(areApplied(location)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM flyway_schema_history WHERE version = '2'",
                "UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '1'",
                "UPDATE flyway_schema_history SET success = 0 WHERE version = '2'",
                "UPDATE flyway_schema_history SET type = 'BASELINE' WHERE version = '1'",
                "UPDATE flyway_schema_history SET version = NULL WHERE version = '2'",
                "INSERT INTO flyway_schema_history SELECT 99, '99', description, type,"
                    + " 'V99__x.sql', checksum, installed_by, installed_on, execution_time, success"
                    + " FROM flyway_schema_history WHERE version = '1'",
                "DROP TABLE flyway_schema_history"
            })
    void whateverDiffersIsForFlyway(String difference) throws SQLException {
        Database.open(url(), "classpath:db/sync").close();
        change(difference);
        assertThat(areApplied("classpath:db/sync")).isFalse();
    }

    @Test
    void anotherFolderIsForFlyway() {
        Database.open(url(), "classpath:db/sync").close();
        assertThat(areApplied("classpath:db/journal")).isFalse();
        assertThat(areApplied("classpath:db/nowhere")).isFalse();
        assertThat(areApplied("filesystem:db/sync")).isFalse();
    }

    /// An older file gets what it lacks.
    @Test
    void aMissingMigrationIsDone() throws SQLException {
        Database.open(url(), "classpath:db/sync").close();
        change("DROP TABLE candidate");
        change("DELETE FROM flyway_schema_history WHERE version = '2'");
        try (Database database = Database.open(url(), "classpath:db/sync")) {
            assertThat(database.<Long>read(c -> Sql.number(c, "SELECT count(*) FROM candidate")))
                    .isZero();
        }
        assertThat(areApplied("classpath:db/sync")).isTrue();
    }
}
