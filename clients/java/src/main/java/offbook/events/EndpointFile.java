// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Files on an employee's computer were deleted, copied out, uploaded, printed or sent.
 *
 * @param employee The employee it is about. An id of 1-128 characters without control characters.
 * @param action What was done.
 * @param count How many files. A whole number, 1 or more. May be null. Then it is {@code 1}.
 * @param bytes How many bytes together. A whole number of bytes, 0 or more. May be null.
 * @param path Where they were. Free text, at most 4096 characters. May be null.
 * @param backedUp Whether a backup has them. May be null.
 */
public record EndpointFile(
        String employee,
        Action action,
        Long count,
        Long bytes,
        String path,
        Boolean backedUp)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.endpoint.file.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "endpoint.files";

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

    /** What was done. */
    public enum Action implements Json.Word {
        DELETE("delete"),
        COPY_EXTERNAL("copy_external"),
        UPLOAD("upload"),
        PRINT("print"),
        SEND("send");

        private final String json;

        Action(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public EndpointFile {
        Objects.requireNonNull(employee, "employee");
        Objects.requireNonNull(action, "action");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "employee", employee);
        Json.put(map, "action", action);
        Json.put(map, "count", count);
        Json.put(map, "bytes", bytes);
        Json.put(map, "path", path);
        Json.put(map, "backed_up", backedUp);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "EndpointFile" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String employee;
        private Action action;
        private Long count;
        private Long bytes;
        private String path;
        private Boolean backedUp;

        public Builder employee(String employee) {
            this.employee = employee;
            return this;
        }

        public Builder action(Action action) {
            this.action = action;
            return this;
        }

        public Builder count(Long count) {
            this.count = count;
            return this;
        }

        public Builder bytes(Long bytes) {
            this.bytes = bytes;
            return this;
        }

        public Builder path(String path) {
            this.path = path;
            return this;
        }

        public Builder backedUp(Boolean backedUp) {
            this.backedUp = backedUp;
            return this;
        }

        public EndpointFile build() {
            return new EndpointFile(
                    employee, action, count, bytes, path, backedUp);
        }
    }
}
