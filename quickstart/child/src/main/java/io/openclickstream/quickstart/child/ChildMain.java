package io.openclickstream.quickstart.child;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another main class as a child of the platform: when the platform's process is gone, however it went, this one
 * ends too, so that no orphan keeps a port or a data folder.
 *
 * <p>The first argument is the main class, the others are its arguments. The system property {@value #PARENT_PID}
 * names the parent; without it the child lives on its own.
 */
public final class ChildMain {
    /** The process id of the parent. */
    public static final String PARENT_PID = "clickstream.parent.pid";

    private static final int PARENT_GONE = 3;

    private ChildMain() {}

    /** Watches the parent, then runs the main class that {@code args} begins with. */
    public static void main(String[] args) throws Throwable {
        Long parentPid = Long.getLong(PARENT_PID);
        if (parentPid != null) {
            endWith(parentPid);
        }
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void endWith(long parentPid) {
        var watch = new Thread(
                () -> {
                    ProcessHandle.of(parentPid)
                            .ifPresent(parent -> parent.onExit().join());
                    Runtime.getRuntime().halt(PARENT_GONE);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
