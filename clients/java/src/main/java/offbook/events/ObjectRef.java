// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Which CRM object an edit touched.
 *
 * @param type What kind of record.
 * @param id Its id. An id of 1-128 characters without control characters.
 */
public record ObjectRef(
        Type type,
        String id)
        implements Json.Part {

    /** What kind of record. */
    public enum Type implements Json.Word {
        CUSTOMER("customer"),
        CONTACT("contact"),
        OPPORTUNITY("opportunity"),
        QUOTE("quote"),
        CONTRACT("contract"),
        ORDER("order"),
        ACTIVITY("activity");

        private final String json;

        Type(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public ObjectRef {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(id, "id");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "type", type);
        Json.put(map, "id", id);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "ObjectRef" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private Type type;
        private String id;

        public Builder type(Type type) {
            this.type = type;
            return this;
        }

        public Builder id(String id) {
            this.id = id;
            return this;
        }

        public ObjectRef build() {
            return new ObjectRef(
                    type, id);
        }
    }
}
