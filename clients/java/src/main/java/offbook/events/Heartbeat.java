// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that happened up to {@code time} has been sent, on the partition this stands on. A
 * topic that has ever had a heartbeat is complete only up to its newest one.
 *
 * @param partition The partition it stands on, for whoever sends to one by number. A whole number,
 * 0 or more. May be null.
 */
public record Heartbeat(
        Long partition)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.heartbeat.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public String topic() {
        return TOPIC;
    }

    @Override
    public String key() {
        return null;
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "partition", partition);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "Heartbeat" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private Long partition;

        public Builder partition(Long partition) {
            this.partition = partition;
            return this;
        }

        public Heartbeat build() {
            return new Heartbeat(
                    partition);
        }
    }
}
