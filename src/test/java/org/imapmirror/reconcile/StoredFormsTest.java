package org.imapmirror.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.imapmirror.reconcile.Matcher.Candidate;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

class StoredFormsTest {
    private static final Instant T = Instant.parse("2026-11-23T10:00:00Z");

    private static StoredForms of(String message) throws IOException {
        return StoredForms.of(new ByteArrayInputStream(message.getBytes(UTF_8)));
    }

    @Test
    void whatCyrusDoesToHeadersIsTheSameMessage() throws IOException {
        StoredForms sent = of("Subject: Grüße\r\nTo: a\r\n\r\nGrüße\r\n");
        StoredForms stored = of("Subject: GrXXXXe\r\nTo: a\r\n\r\nGrüße\r\n");
        assertThat(sent.isStoredAs(stored.exact())).isTrue();
        assertThat(sent.isStoredAs(sent.exact())).isTrue();
        assertThat(stored.isStoredAs(sent.exact())).isFalse();
        assertThat(sent.isAlike(stored)).isTrue();
        assertThat(stored.ascii()).isEqualTo(stored.exact());
    }

    @Test
    void anyOtherDifferenceIsAnotherMessage() throws IOException {
        StoredForms sent = of("Subject: Grüße\r\nTo: a\r\n\r\nGrüße\r\n");
        assertThat(sent.isAlike(of("Subject: GrXXXXe\r\nTo: b\r\n\r\nGrüße\r\n"))).isFalse();
        assertThat(sent.isAlike(of("Subject: Grüße\r\nTo: a\r\n\r\nGrXXXXe\r\n"))).isFalse();
        assertThat(sent.isAlike(of("Subject: Grüße\r\n\r\nTo: a\r\nGrüße\r\n"))).isFalse();
    }

    @Test
    void piecesOfAnySizeGiveTheSame() throws IOException {
        byte[] message = "Subject: é\r\nX: é\n\r\né\r\n\r\né".getBytes(UTF_8);
        StoredForms whole = StoredForms.of(new ByteArrayInputStream(message));
        StoredForms pieces =
                StoredForms.of(
                        new ByteArrayInputStream(message) {
                            @Override
                            public long transferTo(java.io.OutputStream out) throws IOException {
                                for (int b = read(); b >= 0; b = read()) {
                                    out.write(b);
                                }
                                return message.length;
                            }
                        });
        assertThat(pieces).isEqualTo(whole);
    }

    @Test
    void onlyWhatIsLeftIsPairedAndOnlyAsOftenAsItIsThere() {
        Candidate a = new Candidate(1, "<a>", "h", T, 10);
        Candidate b = new Candidate(2, "<a>", "h", T, 10);
        Candidate there = new Candidate(7, "<a>", "changed", T, 10);
        Candidate paired = new Candidate(6, "<a>", "changed", T, 10);
        assertThat(
                        ChangedHeaders.match(
                                List.of(a, b),
                                List.of(paired, there),
                                Map.of(1L, 6L),
                                (_, _) -> true))
                .isEqualTo(Map.of(2L, 7L));
        assertThat(ChangedHeaders.match(List.of(a, b), List.of(there), Map.of(), (_, _) -> true))
                .isEqualTo(Map.of(1L, 7L));
        assertThat(ChangedHeaders.match(List.of(a), List.of(there), Map.of(), (_, _) -> false))
                .isEmpty();
    }

    @Test
    void anotherSizeOrMessageIdIsNotEvenLookedAt() {
        Candidate a = new Candidate(1, "<a>", "h", T, 10);
        Candidate bare = new Candidate(2, null, "h", T, 10);
        List<Candidate> others =
                List.of(
                        new Candidate(7, "<a>", "h", T, 11),
                        new Candidate(8, "<b>", "h", T, 10),
                        new Candidate(9, null, "h", T.plusSeconds(1), 10));
        assertThat(ChangedHeaders.match(List.of(a, bare), others, Map.of(), (_, _) -> true))
                .isEmpty();
    }
}
