// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Somebody told something. Who told it must not be part of it: a document with a key that begins
 * with {@code reporter} or {@code whistleblower}, at any depth, is refused and stored nowhere.
 *
 * @param tip Id of the tip. An id of 1-128 characters without control characters.
 * @param aboutEmployee The employee it is about. An id of 1-128 characters without control
 * characters. May be null.
 * @param aboutCustomer The customer it is about. An id of 1-128 characters without control
 * characters. May be null.
 * @param category What it is about. Free text, at most 4096 characters. May be null.
 * @param text What was told, without who told it. Text of at most 65 536 characters. May be null.
 */
public record Tip(
        String tip,
        String aboutEmployee,
        String aboutCustomer,
        String category,
        String text)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.tip.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "tips";

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
        return aboutEmployee != null ? aboutEmployee : aboutCustomer != null ? aboutCustomer : tip;
    }

    /** Refuses null for what is required. */
    public Tip {
        Objects.requireNonNull(tip, "tip");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "tip", tip);
        Json.put(map, "about_employee", aboutEmployee);
        Json.put(map, "about_customer", aboutCustomer);
        Json.put(map, "category", category);
        Json.put(map, "text", text);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "Tip" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String tip;
        private String aboutEmployee;
        private String aboutCustomer;
        private String category;
        private String text;

        public Builder tip(String tip) {
            this.tip = tip;
            return this;
        }

        public Builder aboutEmployee(String aboutEmployee) {
            this.aboutEmployee = aboutEmployee;
            return this;
        }

        public Builder aboutCustomer(String aboutCustomer) {
            this.aboutCustomer = aboutCustomer;
            return this;
        }

        public Builder category(String category) {
            this.category = category;
            return this;
        }

        public Builder text(String text) {
            this.text = text;
            return this;
        }

        public Tip build() {
            return new Tip(
                    tip, aboutEmployee, aboutCustomer, category, text);
        }
    }
}
