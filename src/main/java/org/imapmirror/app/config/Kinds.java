package org.imapmirror.app.config;

import org.imapmirror.app.config.Section.Kind;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.proxy.Network;
import org.imapmirror.replicate.SweepRules;
import org.imapmirror.route.Mirror;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The kinds of values that more than one group has, or that need a parser of their own.
final class Kinds {
    static final Kind<String> TEXT = new Kind<>(text -> text, "write a text");

    static final Kind<Path> PATH = new Kind<>(Kinds::path, "write the path of a file");

    /// A file that is there and may be read.
    static final Kind<Path> READABLE =
            new Kind<>(Kinds::readable, "write the path of a file that imapmirror's user may read");

    static final Kind<Endpoint.Tls> TLS =
            Kind.oneOf(
                    ordered(
                            Map.entry("none", Endpoint.Tls.NONE),
                            Map.entry("starttls", Endpoint.Tls.STARTTLS),
                            Map.entry("implicit", Endpoint.Tls.IMPLICIT)));

    static final Kind<Network> NETWORK =
            new Kind<>(
                    Network::parse,
                    "write an address, or a network such as 10.0.0.0/8 or 2001:db8::/32");

    static final Kind<Trust> TRUST =
            new Kind<>(
                    Kinds::trust,
                    "write system, sha256:FINGERPRINT, insecure, or the path of a PEM file with the"
                            + " authority's certificate");

    static final Kind<Mirror.Deletes> DELETES =
            new Kind<>(
                    Kinds::deletes, "write apply, never, or after and a duration, as in after P7D");

    static final Kind<InetSocketAddress> BIND =
            new Kind<>(Kinds::bind, "write address:port, for example 0.0.0.0:143 or [::]:993");

    static final Kind<Long> SIZE =
            new Kind<>(Quantity::bytes, "write a size with its unit, for example 20GB or 512MiB");

    static final Kind<Boolean> BOOLEAN =
            Kind.oneOf(ordered(Map.entry("true", true), Map.entry("false", false)));

    static final Kind<Duration> DURATION =
            new Kind<>(
                    Kinds::positive,
                    "write a duration with its unit, for example 250ms, 30s, 1h or P7D");

    static final Kind<Every> EVERY =
            new Kind<>(
                    text -> text.equals("never") ? new Every(null) : new Every(positive(text)),
                    "write never, or a duration with its unit, for example 1h");

    /// A part of the day.
    static final Kind<SweepRules.Times> TIMES =
            new Kind<>(
                    Kinds::times, "write two times of day, for example \"22:00-06:00\", in quotes");

    static final Kind<HostPort> ADDRESS =
            new Kind<>(Kinds::address, "write host:port, for example imap.example.org:993");

    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]/\\s]+))(?::([0-9]{1,6}))?");

    private static final Pattern SPAN_OF_DAY =
            Pattern.compile("([01][0-9]|2[0-3]):([0-5][0-9]) ?- ?([01][0-9]|2[0-3]):([0-5][0-9])");

    private Kinds() {}

    private static SweepRules.Times times(String text) {
        Matcher m = SPAN_OF_DAY.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("is not a part of the day");
        }
        return new SweepRules.Times(
                LocalTime.of(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))),
                LocalTime.of(Integer.parseInt(m.group(3)), Integer.parseInt(m.group(4))));
    }

    /// @param duration null for `never`
    record Every(@Nullable Duration duration) {
        static final Every HOURLY = new Every(Duration.ofHours(1));
    }

    /// @param host a name or an address, IPv6 without brackets
    /// @param port null where none is written
    record HostPort(String host, @Nullable Integer port) {}

    /// A map that keeps its order, so that messages list the choices in it.
    @SafeVarargs
    static <E> Map<String, E> ordered(Map.Entry<String, E>... entries) {
        Map<String, E> map = new LinkedHashMap<>();
        for (Map.Entry<String, E> entry : entries) {
            map.put(entry.getKey(), entry.getValue());
        }
        return map;
    }

    static Kind<Long> size(long min, long max) {
        return new Kind<>(
                text -> {
                    long bytes = Quantity.bytes(text);
                    if (bytes < min || bytes > max) {
                        throw new IllegalArgumentException(
                                "is not between " + min + " and " + max + " bytes");
                    }
                    return bytes;
                },
                "write a size with its unit, for example 64KiB");
    }

    static Kind<Duration> duration(Duration min, Duration max) {
        return new Kind<>(
                text -> {
                    Duration duration = Quantity.duration(text);
                    if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
                        throw new IllegalArgumentException(
                                "is not between " + spoken(min) + " and " + spoken(max));
                    }
                    return duration;
                },
                DURATION.remedy());
    }

    /// As one would write it: `250ms`, `30s`, `30m`.
    static String spoken(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0 || millis == 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static Duration positive(String text) {
        Duration duration = Quantity.duration(text);
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("is not a positive duration");
        }
        return duration;
    }

    private static Path path(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path", e);
        }
    }

    private static Path readable(String text) {
        Path path = path(text);
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("does not exist");
        }
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException("is not a file");
        }
        if (!Files.isReadable(path)) {
            throw new IllegalArgumentException(
                    "may not be read by the user " + System.getProperty("user.name"));
        }
        return path;
    }

    private static HostPort address(String text) {
        Matcher matcher = HOST_PORT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    text.indexOf(':') != text.lastIndexOf(':')
                            ? "is not an address (IPv6 needs brackets: [::1]:143)"
                            : "is not an address");
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return new HostPort(host, matcher.group(3) == null ? null : port(matcher.group(3)));
    }

    private static int port(String digits) {
        int port = Quantity.integer(digits);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("has a port that is not between 1 and 65535");
        }
        return port;
    }

    private static InetSocketAddress bind(String text) {
        HostPort address = address(text);
        if (address.port() == null) {
            throw new IllegalArgumentException("has no port");
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("is not an address of this machine", e);
        }
    }

    private static Trust trust(String text) {
        Trust trust = Trust.parse(text);
        if (trust instanceof Trust.Authority(Path file)) {
            try {
                trust.manager();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "is taken for the path of a file with certificates, which "
                                + Substitution.reason(e),
                        e);
            }
        }
        return trust;
    }

    private static Mirror.Deletes deletes(String text) {
        if (text.equals("apply")) {
            return Mirror.Deletes.APPLY;
        }
        if (text.equals("never")) {
            return Mirror.Deletes.NEVER;
        }
        if (text.startsWith("after ")) {
            return new Mirror.Deletes(positive(text.substring("after ".length()).strip()));
        }
        throw new IllegalArgumentException("is not one of apply, never, after DURATION");
    }
}
