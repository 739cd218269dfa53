package org.imapmirror.state;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// Whether a database has all of its migrations, so that Flyway need not be started: that takes a
/// third of a second, which is long for a command that is run once per account.
///
/// The answer is yes only where Flyway's own table lists exactly the files that are there, each
/// with the checksum that Flyway gives it. Whatever else there is, or cannot be read, is Flyway's
/// to look at: an older or newer database, a file that was changed, one that failed.
final class Migrations {
    private static final String CLASS_PATH = "classpath:";
    private static final String VERSIONED = "V[0-9]+__\\w+\\.sql";

    private Migrations() {}

    /// @param location as Flyway takes it, for instance `classpath:db/state`
    static boolean areApplied(Connection connection, String location) {
        try {
            Map<String, Integer> files = files(location);
            return !files.isEmpty() && files.equals(applied(connection));
        } catch (IOException | URISyntaxException | SQLException _) {
            return false;
        }
    }

    /// Names and checksums; empty where that is not known for sure.
    private static Map<String, Integer> files(String location)
            throws IOException, URISyntaxException {
        if (!location.startsWith(CLASS_PATH)) {
            return Map.of();
        }
        String folder = location.substring(CLASS_PATH.length());
        ClassLoader loader = Migrations.class.getClassLoader();
        List<URL> found = Collections.list(loader.getResources(folder));
        if (found.size() != 1) {
            return Map.of();
        }
        Map<String, Integer> out = new TreeMap<>();
        for (String name : names(found.getFirst(), folder)) {
            try (InputStream in = loader.getResourceAsStream(folder + "/" + name)) {
                if (in == null || !name.matches(VERSIONED)) {
                    return Map.of();
                }
                out.put(name, checksum(in));
            }
        }
        return out;
    }

    private static List<String> names(URL folder, String path)
            throws IOException, URISyntaxException {
        if (folder.getProtocol().equals("file")) {
            try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
                return files.map(file -> file.getFileName().toString()).toList();
            }
        }
        if (folder.openConnection() instanceof JarURLConnection jar) {
            return jar.getJarFile().stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith(path + "/") && !name.endsWith("/"))
                    .map(name -> name.substring(path.length() + 1))
                    .toList();
        }
        return List.of();
    }

    /// As Flyway counts it: of the lines without their ends.
    private static int checksum(InputStream in) throws IOException {
        CRC32 crc = new CRC32();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            crc.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return (int) crc.getValue();
    }

    /// What Flyway did; empty where a part of it failed or is of another kind.
    private static Map<String, Integer> applied(Connection connection) throws SQLException {
        record Row(String script, int checksum, boolean plain) {}
        List<Row> rows =
                Sql.list(
                        connection,
                        "SELECT script, checksum, type = 'SQL' AND success AND checksum IS NOT NULL"
                                + " FROM flyway_schema_history WHERE version IS NOT NULL",
                        row -> new Row(row.getString(1), row.getInt(2), row.getBoolean(3)));
        long all = Sql.number(connection, "SELECT count(*) FROM flyway_schema_history");
        Map<String, Integer> out = new TreeMap<>();
        for (Row row : rows) {
            if (!row.plain()) {
                return Map.of();
            }
            out.put(row.script(), row.checksum());
        }
        return out.size() == all ? out : Map.of();
    }
}
