// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A customer and who owns it.
 *
 * @param customer Id of the customer. An id of 1-128 characters without control characters.
 * @param owner The employee the customer belongs to; {@code Owner.NOBODY}: nobody. An id of 1-128
 * characters without control characters. Null does not mention it.
 * @param tier {@code key} for a key account. May be null.
 * @param phone Phone. A phone, at most 4096 characters. May be null.
 * @param address Address. An address, at most 4096 characters. May be null.
 */
public record ReferenceCustomer(
        String customer,
        Owner owner,
        Tier tier,
        String phone,
        String address)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.reference.customer.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "reference.customers";

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
        return customer;
    }

    /** {@code key} for a key account. */
    public enum Tier implements Json.Word {
        KEY("key"),
        NORMAL("normal");

        private final String json;

        Tier(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public ReferenceCustomer {
        Objects.requireNonNull(customer, "customer");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "customer", customer);
        Json.put(map, "owner", owner);
        Json.put(map, "tier", tier);
        Json.put(map, "phone", phone);
        Json.put(map, "address", address);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "ReferenceCustomer" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String customer;
        private Owner owner;
        private Tier tier;
        private String phone;
        private String address;

        public Builder customer(String customer) {
            this.customer = customer;
            return this;
        }

        public Builder owner(Owner owner) {
            this.owner = owner;
            return this;
        }

        public Builder owner(String owner) {
            this.owner = Owner.of(owner);
            return this;
        }

        public Builder tier(Tier tier) {
            this.tier = tier;
            return this;
        }

        public Builder phone(String phone) {
            this.phone = phone;
            return this;
        }

        public Builder address(String address) {
            this.address = address;
            return this;
        }

        public ReferenceCustomer build() {
            return new ReferenceCustomer(
                    customer, owner, tier, phone, address);
        }
    }
}
