package offbook.events;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One CloudEvent 1.0, the value of one record. Type, source and id say which event it is: a repeat
 * changes nothing.
 *
 * @param id chosen by the sender, the same whenever this event is sent again
 * @param source which system sends it, such as {@code //crm.example.com}
 * @param time when it happened, not when it was sent
 * @param data what it says
 */
public record Event(String id, String source, OffsetDateTime time, EventData data)
        implements Json.Part {
    /** Refuses null. */
    public Event {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(data, "data");
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("specversion", "1.0");
        map.put("id", id);
        map.put("source", source);
        map.put("type", data.type());
        map.put("time", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                time.truncatedTo(ChronoUnit.MICROS)));
        map.put("data", data.toMap());
        return map;
    }

    /** The value of its record. */
    public byte[] toBytes() {
        return Json.text(toMap()).getBytes(StandardCharsets.UTF_8);
    }

    /** The type, and no value: what is logged by accident names nobody. */
    @Override
    public String toString() {
        return "Event[" + data.type() + "]";
    }
}
