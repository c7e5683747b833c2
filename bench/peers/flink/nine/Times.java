package nine;

/** Event time in microseconds, as Offbook counts it; Flink's timers count in milliseconds. */
final class Times {
    static final long HOUR = 3_600_000_000L;
    static final long DAY = 24 * HOUR;
    /** How long after its end a wait is judged. */
    static final long GRACE = HOUR;
    static final long NEVER = Long.MAX_VALUE / 4;

    private Times() {}

    /** The timer (ms) that fires once the watermark has passed this event time (µs). */
    static long timer(long at) {
        return at / 1000 + 1;
    }
}
