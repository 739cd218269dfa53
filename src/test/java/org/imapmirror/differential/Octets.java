package org.imapmirror.differential;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The octets of one command, in the parts between which a client waits for `+`.
final class Octets {
    private final List<byte[]> parts = new ArrayList<>();
    private final ByteArrayOutputStream current = new ByteArrayOutputStream();

    Octets text(String text) {
        current.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /// A literal for which the client waits.
    Octets literal(byte[] octets) {
        text("{" + octets.length + "}\r\n");
        waiting();
        current.writeBytes(octets);
        return this;
    }

    /// A literal that follows at once.
    ///
    /// @param binary literal8
    Octets eager(byte[] octets, boolean binary) {
        text((binary ? "~{" : "{") + octets.length + "+}\r\n");
        current.writeBytes(octets);
        return this;
    }

    /// What follows is sent when the server says `+`.
    Octets waiting() {
        parts.add(current.toByteArray());
        current.reset();
        return this;
    }

    List<byte[]> parts() {
        List<byte[]> all = new ArrayList<>(parts);
        all.add(current.toByteArray());
        return all;
    }
}
