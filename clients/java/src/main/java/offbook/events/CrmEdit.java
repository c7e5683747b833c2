// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Somebody created, changed, deleted, restored, exported or viewed a CRM record.
 *
 * @param actor The employee who did it. An id of 1-128 characters without control characters.
 * @param op What was done.
 * @param object The record it was done to.
 * @param customer The customer it is about. An id of 1-128 characters without control characters.
 * May be null.
 * @param order The order it is about. An id of 1-128 characters without control characters. May be
 * null.
 * @param count How many records this one act touched; a bulk delete is one event. A whole number, 1
 * or more. May be null. Then it is {@code 1}.
 * @param before Fields before the edit. May be null.
 * @param after Fields after the edit. May be null.
 */
public record CrmEdit(
        String actor,
        Op op,
        ObjectRef object,
        String customer,
        String order,
        Long count,
        Image before,
        Image after)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.crm.edit.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "crm.edits";

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
        return actor != null ? actor : customer != null ? customer : order;
    }

    /** What was done. */
    public enum Op implements Json.Word {
        CREATE("create"),
        UPDATE("update"),
        DELETE("delete"),
        RESTORE("restore"),
        EXPORT("export"),
        VIEW("view");

        private final String json;

        Op(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public CrmEdit {
        Objects.requireNonNull(actor, "actor");
        Objects.requireNonNull(op, "op");
        Objects.requireNonNull(object, "object");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "actor", actor);
        Json.put(map, "op", op);
        Json.put(map, "object", object);
        Json.put(map, "customer", customer);
        Json.put(map, "order", order);
        Json.put(map, "count", count);
        Json.put(map, "before", before);
        Json.put(map, "after", after);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "CrmEdit" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String actor;
        private Op op;
        private ObjectRef object;
        private String customer;
        private String order;
        private Long count;
        private Image before;
        private Image after;

        public Builder actor(String actor) {
            this.actor = actor;
            return this;
        }

        public Builder op(Op op) {
            this.op = op;
            return this;
        }

        public Builder object(ObjectRef object) {
            this.object = object;
            return this;
        }

        public Builder customer(String customer) {
            this.customer = customer;
            return this;
        }

        public Builder order(String order) {
            this.order = order;
            return this;
        }

        public Builder count(Long count) {
            this.count = count;
            return this;
        }

        public Builder before(Image before) {
            this.before = before;
            return this;
        }

        public Builder after(Image after) {
            this.after = after;
            return this;
        }

        public CrmEdit build() {
            return new CrmEdit(
                    actor, op, object, customer, order, count, before, after);
        }
    }
}
