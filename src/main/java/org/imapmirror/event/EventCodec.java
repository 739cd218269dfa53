package org.imapmirror.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/// The stable serial form of events: one JSON object whose `event` names the kind. Fields may be
/// added, never renamed or given another meaning; unknown fields of a newer version are refused,
/// because an event half understood could lose mail.
public final class EventCodec {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .serializationInclusion(JsonInclude.Include.NON_NULL)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();
    private static final ObjectWriter WRITER = JSON.writerFor(MailboxEvent.class);
    private static final ObjectReader READER = JSON.readerFor(MailboxEvent.class);

    private EventCodec() {}

    public static String write(MailboxEvent event) {
        try {
            return WRITER.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("bug: an event that cannot be written", e);
        }
    }

    /// @throws IllegalArgumentException where the text is no event that this version knows
    public static MailboxEvent read(String text) {
        try {
            return READER.readValue(text);
        } catch (JsonProcessingException e) {
            // Without the parser's message: it quotes the text.
            throw new IllegalArgumentException(
                    "not an event of this version, at offset " + e.getLocation().getCharOffset());
        }
    }
}
