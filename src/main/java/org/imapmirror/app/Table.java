package org.imapmirror.app;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// Text in columns.
final class Table {
    private final int[] widths;
    private final List<String[]> rows = new ArrayList<>();

    Table(String... heads) {
        widths = new int[heads.length];
        row(heads);
    }

    /// @throws IllegalArgumentException where there are not as many cells as heads
    void row(String... cells) {
        if (cells.length != widths.length) {
            throw new IllegalArgumentException("bug: " + cells.length + " cells");
        }
        String[] shown = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            // What servers say must not control the terminal.
            shown[i] = cells[i].replaceAll("\\p{Cntrl}+", " ");
            widths[i] = Math.max(widths[i], shown[i].codePointCount(0, shown[i].length()));
        }
        rows.add(shown);
    }

    void print(PrintWriter out) {
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                int width = row[i].codePointCount(0, row[i].length());
                line.append(row[i]).repeat(' ', widths[i] - width + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
