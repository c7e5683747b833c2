// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Goods left, arrived or came back.
 *
 * @param shipment Id of the shipment. An id of 1-128 characters without control characters.
 * @param status What happened to the goods.
 * @param order The order it delivers. An id of 1-128 characters without control characters. May be
 * null.
 * @param customer The customer it is about. An id of 1-128 characters without control characters.
 * May be null.
 * @param address Where it goes. An address, at most 4096 characters. May be null.
 * @param consignee Who receives it. Free text, at most 4096 characters. May be null.
 * @param phone Phone of the consignee. A phone, at most 4096 characters. May be null.
 * @param quantity How many units. A decimal ≥ 0 of at most 18 digits, as a string such as
 * "1280.00". May be null.
 * @param value What the goods are worth. A decimal ≥ 0 of at most 18 digits, as a string such as
 * "1280.00". May be null.
 * @param releasedBy The employee who released it. An id of 1-128 characters without control
 * characters. May be null.
 */
public record Shipment(
        String shipment,
        Status status,
        String order,
        String customer,
        String address,
        String consignee,
        String phone,
        BigDecimal quantity,
        BigDecimal value,
        String releasedBy)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.shipment.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "shipments";

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
        return customer != null ? customer : order != null ? order : shipment;
    }

    /** What happened to the goods. */
    public enum Status implements Json.Word {
        DISPATCHED("dispatched"),
        DELIVERED("delivered"),
        RETURNED("returned");

        private final String json;

        Status(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public Shipment {
        Objects.requireNonNull(shipment, "shipment");
        Objects.requireNonNull(status, "status");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "shipment", shipment);
        Json.put(map, "status", status);
        Json.put(map, "order", order);
        Json.put(map, "customer", customer);
        Json.put(map, "address", address);
        Json.put(map, "consignee", consignee);
        Json.put(map, "phone", phone);
        Json.put(map, "quantity", quantity);
        Json.put(map, "value", value);
        Json.put(map, "released_by", releasedBy);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "Shipment" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String shipment;
        private Status status;
        private String order;
        private String customer;
        private String address;
        private String consignee;
        private String phone;
        private BigDecimal quantity;
        private BigDecimal value;
        private String releasedBy;

        public Builder shipment(String shipment) {
            this.shipment = shipment;
            return this;
        }

        public Builder status(Status status) {
            this.status = status;
            return this;
        }

        public Builder order(String order) {
            this.order = order;
            return this;
        }

        public Builder customer(String customer) {
            this.customer = customer;
            return this;
        }

        public Builder address(String address) {
            this.address = address;
            return this;
        }

        public Builder consignee(String consignee) {
            this.consignee = consignee;
            return this;
        }

        public Builder phone(String phone) {
            this.phone = phone;
            return this;
        }

        public Builder quantity(BigDecimal quantity) {
            this.quantity = quantity;
            return this;
        }

        public Builder quantity(String quantity) {
            this.quantity = new BigDecimal(quantity);
            return this;
        }

        public Builder value(BigDecimal value) {
            this.value = value;
            return this;
        }

        public Builder value(String value) {
            this.value = new BigDecimal(value);
            return this;
        }

        public Builder releasedBy(String releasedBy) {
            this.releasedBy = releasedBy;
            return this;
        }

        public Shipment build() {
            return new Shipment(
                    shipment, status, order, customer, address, consignee, phone, quantity, value,
                    releasedBy);
        }
    }
}
