package org.imapmirror.app.sync;

import org.imapmirror.app.config.Quantity;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

/// Values with units, as in the configuration file.
final class Units {
    private Units() {}

    /// `20GB`, `64KiB`, `1048576`; in octets.
    static final class Size implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Quantity.bytes(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'" + text + "' " + e.getMessage() + "; write for example 20MB or 512KiB");
            }
        }
    }

    /// `30s`, `7d`, `PT1H`.
    static final class Span implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Quantity.duration(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'" + text + "' " + e.getMessage() + "; write for example 30s, 12h or 7d");
            }
        }
    }

    /// `password`, `scram-sha-256`.
    static final class AuthName implements ITypeConverter<SideOptions.Auth> {
        @Override
        public SideOptions.Auth convert(String text) {
            for (SideOptions.Auth auth : SideOptions.Auth.values()) {
                if (auth.toString().equalsIgnoreCase(text)) {
                    return auth;
                }
            }
            throw new TypeConversionException(
                    "'"
                            + text
                            + "' is not one of "
                            + java.util.Arrays.toString(SideOptions.Auth.values()));
        }
    }
}
