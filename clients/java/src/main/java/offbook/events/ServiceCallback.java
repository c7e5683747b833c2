// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Customer service called a customer back to check a deal.
 *
 * @param callback Id of the callback. An id of 1-128 characters without control characters.
 * @param customer The customer called. An id of 1-128 characters without control characters.
 * @param outcome What the customer said.
 * @param order The order it is about. An id of 1-128 characters without control characters. May be
 * null.
 * @param employee The salesperson it is about. An id of 1-128 characters without control
 * characters. May be null.
 * @param differences By field, what the company has on record and what the customer said. May be
 * null.
 * @param satisfaction How content the customer is. A whole number from 1 (bad) to 5 (good). May be
 * null.
 */
public record ServiceCallback(
        String callback,
        String customer,
        Outcome outcome,
        String order,
        String employee,
        Map<String, Difference> differences,
        Long satisfaction)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.service.callback.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "service.callbacks";

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
        return employee != null ? employee : customer != null ? customer : order;
    }

    /** What the customer said. */
    public enum Outcome implements Json.Word {
        CONFIRMED("confirmed"),
        MISMATCH("mismatch"),
        DENIED("denied"),
        UNREACHABLE("unreachable"),
        COMPLAINT("complaint");

        private final String json;

        Outcome(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public ServiceCallback {
        Objects.requireNonNull(callback, "callback");
        Objects.requireNonNull(customer, "customer");
        Objects.requireNonNull(outcome, "outcome");
        differences = differences == null ? null : Map.copyOf(differences);
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "callback", callback);
        Json.put(map, "customer", customer);
        Json.put(map, "outcome", outcome);
        Json.put(map, "order", order);
        Json.put(map, "employee", employee);
        Json.put(map, "differences", differences);
        Json.put(map, "satisfaction", satisfaction);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "ServiceCallback" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String callback;
        private String customer;
        private Outcome outcome;
        private String order;
        private String employee;
        private Map<String, Difference> differences;
        private Long satisfaction;

        public Builder callback(String callback) {
            this.callback = callback;
            return this;
        }

        public Builder customer(String customer) {
            this.customer = customer;
            return this;
        }

        public Builder outcome(Outcome outcome) {
            this.outcome = outcome;
            return this;
        }

        public Builder order(String order) {
            this.order = order;
            return this;
        }

        public Builder employee(String employee) {
            this.employee = employee;
            return this;
        }

        public Builder differences(Map<String, Difference> differences) {
            this.differences = differences;
            return this;
        }

        public Builder satisfaction(Long satisfaction) {
            this.satisfaction = satisfaction;
            return this;
        }

        public ServiceCallback build() {
            return new ServiceCallback(
                    callback, customer, outcome, order, employee, differences, satisfaction);
        }
    }
}
