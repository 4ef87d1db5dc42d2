package io.openclickstream.quickstart.screen;

import java.io.PrintStream;
import java.util.List;

/**
 * Shows lines that replace each other: on a terminal in place, elsewhere one block after the other. Colours and cursor
 * movements are used on a terminal only.
 */
public final class Display {
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_LINE = "\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;
    private int shown;

    public Display(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Whether a person looks at it now. */
    public boolean isTerminal() {
        return terminal;
    }

    /** Whether a block is shown that a line would tear apart. */
    public synchronized boolean isShowing() {
        return shown > 0;
    }

    /** Shows a block in place of the one before. */
    public synchronized void show(List<String> lines) {
        StringBuilder text = new StringBuilder();
        if (terminal && shown > 0) {
            text.append(UP.formatted(shown));
        }
        for (String line : lines) {
            text.append(terminal ? CLEAR_LINE : "").append(line).append(System.lineSeparator());
        }
        for (int i = lines.size(); terminal && i < shown; i++) {
            text.append(CLEAR_LINE).append(System.lineSeparator());
        }
        if (!terminal) {
            text.append(System.lineSeparator());
        }
        out.print(text);
        out.flush();
        shown = terminal ? Math.max(lines.size(), shown) : 0;
    }

    /** Prints a line that stays. */
    public synchronized void line(String line) {
        out.println(line);
        out.flush();
        shown = 0;
    }
}
