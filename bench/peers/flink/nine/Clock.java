package nine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.LongAdder;

/** Says what the process had used when the first event was decoded, and how many there were. */
final class Clock {
    private static final LongAdder EVENTS = new LongAdder();
    private static volatile boolean begun;

    private Clock() {}

    static void event() {
        if (!begun) begin();
        EVENTS.increment();
    }

    static void end() {
        System.out.printf("{\"read\": %d}%n", EVENTS.sum());
        System.out.flush();
    }

    private static synchronized void begin() {
        if (begun) return;
        begun = true;
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        System.out.printf("{\"cpu_at_first\": %.3f}%n", system.getProcessCpuTime() / 1e9);
        System.out.flush();
    }
}
