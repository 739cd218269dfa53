package org.imapmirror.replicate;

import org.imapmirror.audit.AuditConfig;

import java.nio.file.Path;
import java.util.Set;

/// Which mirrors are archives, by their keys in the configuration, and where their audit logs are.
public record Archives(Set<String> mirrors, AuditConfig audit) {
    public static final Archives NONE =
            new Archives(Set.of(), new AuditConfig(Path.of("audit"), 64L << 20));

    public Archives {
        mirrors = Set.copyOf(mirrors);
    }
}
