// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An employee was hired, gave notice, left, was dismissed or moved.
 *
 * @param employee The employee it is about. An id of 1-128 characters without control characters.
 * @param kind What changed; {@code resigned} is notice given.
 * @param effectiveOn The day it takes effect. May be null.
 */
public record HrChange(
        String employee,
        Kind kind,
        LocalDate effectiveOn)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.hr.change.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "hr.changes";

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
        return employee;
    }

    /** What changed; {@code resigned} is notice given. */
    public enum Kind implements Json.Word {
        HIRED("hired"),
        RESIGNED("resigned"),
        RESIGNATION_WITHDRAWN("resignation_withdrawn"),
        LEFT("left"),
        TERMINATED("terminated"),
        TRANSFERRED("transferred");

        private final String json;

        Kind(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public HrChange {
        Objects.requireNonNull(employee, "employee");
        Objects.requireNonNull(kind, "kind");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "employee", employee);
        Json.put(map, "kind", kind);
        Json.put(map, "effective_on", effectiveOn);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "HrChange" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String employee;
        private Kind kind;
        private LocalDate effectiveOn;

        public Builder employee(String employee) {
            this.employee = employee;
            return this;
        }

        public Builder kind(Kind kind) {
            this.kind = kind;
            return this;
        }

        public Builder effectiveOn(LocalDate effectiveOn) {
            this.effectiveOn = effectiveOn;
            return this;
        }

        public HrChange build() {
            return new HrChange(
                    employee, kind, effectiveOn);
        }
    }
}
