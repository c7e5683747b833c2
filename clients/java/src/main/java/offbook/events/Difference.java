// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the company has on record and what the customer said, for one field.
 *
 * @param company What the company has on record. May be null.
 * @param customer What the customer said. May be null.
 */
public record Difference(
        Object company,
        Object customer)
        implements Json.Part {

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "company", company);
        Json.put(map, "customer", customer);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "Difference" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private Object company;
        private Object customer;

        public Builder company(Object company) {
            this.company = company;
            return this;
        }

        public Builder customer(Object customer) {
            this.customer = customer;
            return this;
        }

        public Difference build() {
            return new Difference(
                    company, customer);
        }
    }
}
