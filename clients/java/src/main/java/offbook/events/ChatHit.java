// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A keyword rule of the chat archive matched a message of an employee.
 *
 * @param employee The employee it is about. An id of 1-128 characters without control characters.
 * @param app Where it was said, such as wecom. Free text, at most 4096 characters.
 * @param keyword The rule that matched. Free text, at most 4096 characters.
 * @param category What the rule is about.
 * @param customer The customer it is about. An id of 1-128 characters without control characters.
 * May be null.
 * @param counterparty The other side of the chat. Free text, at most 4096 characters. May be null.
 * @param excerpt The words around the hit. Text of at most 500 characters. May be null.
 */
public record ChatHit(
        String employee,
        String app,
        String keyword,
        Category category,
        String customer,
        String counterparty,
        String excerpt)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.chat.keyword-hit.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "chat.keyword-hits";

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
        return employee != null ? employee : customer;
    }

    /** What the rule is about. */
    public enum Category implements Json.Word {
        PRIVATE_DEAL("private_deal"),
        OFF_CHANNEL_PAYMENT("off_channel_payment"),
        KICKBACK("kickback"),
        COMPETITOR("competitor"),
        CUSTOMER_DATA("customer_data"),
        LEAVING("leaving"),
        OTHER("other");

        private final String json;

        Category(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public ChatHit {
        Objects.requireNonNull(employee, "employee");
        Objects.requireNonNull(app, "app");
        Objects.requireNonNull(keyword, "keyword");
        Objects.requireNonNull(category, "category");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "employee", employee);
        Json.put(map, "app", app);
        Json.put(map, "keyword", keyword);
        Json.put(map, "category", category);
        Json.put(map, "customer", customer);
        Json.put(map, "counterparty", counterparty);
        Json.put(map, "excerpt", excerpt);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "ChatHit" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String employee;
        private String app;
        private String keyword;
        private Category category;
        private String customer;
        private String counterparty;
        private String excerpt;

        public Builder employee(String employee) {
            this.employee = employee;
            return this;
        }

        public Builder app(String app) {
            this.app = app;
            return this;
        }

        public Builder keyword(String keyword) {
            this.keyword = keyword;
            return this;
        }

        public Builder category(Category category) {
            this.category = category;
            return this;
        }

        public Builder customer(String customer) {
            this.customer = customer;
            return this;
        }

        public Builder counterparty(String counterparty) {
            this.counterparty = counterparty;
            return this;
        }

        public Builder excerpt(String excerpt) {
            this.excerpt = excerpt;
            return this;
        }

        public ChatHit build() {
            return new ChatHit(
                    employee, app, keyword, category, customer, counterparty, excerpt);
        }
    }
}
