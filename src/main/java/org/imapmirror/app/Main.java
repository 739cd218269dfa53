package org.imapmirror.app;

/** Entry point of the {@code imapmirror} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("imapmirror");
    }
}
