// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An employee, with what is known to be theirs.
 *
 * @param employee Id of the employee. An id of 1-128 characters without control characters.
 * @param name Name. Free text, at most 4096 characters. May be null.
 * @param team Team. Free text, at most 4096 characters. May be null.
 * @param manager The employee they report to. An id of 1-128 characters without control characters.
 * May be null.
 * @param role What they do. May be null.
 * @param phones The employee's own phones. A phone, at most 4096 characters. May be null.
 * @param accounts The employee's own bank accounts. An account of 1-128 characters, whole: not
 * masked, not rounded. May be null.
 * @param addresses The employee's own addresses. An address, at most 4096 characters. May be null.
 */
public record ReferenceEmployee(
        String employee,
        String name,
        String team,
        String manager,
        Role role,
        List<String> phones,
        List<String> accounts,
        List<String> addresses)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.reference.employee.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "reference.employees";

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

    /** What they do. */
    public enum Role implements Json.Word {
        SALES("sales"),
        MANAGER("manager"),
        FINANCE("finance"),
        LOGISTICS("logistics"),
        SERVICE("service"),
        OTHER("other");

        private final String json;

        Role(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public ReferenceEmployee {
        Objects.requireNonNull(employee, "employee");
        phones = phones == null ? List.of() : List.copyOf(phones);
        accounts = accounts == null ? List.of() : List.copyOf(accounts);
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "employee", employee);
        Json.put(map, "name", name);
        Json.put(map, "team", team);
        Json.put(map, "manager", manager);
        Json.put(map, "role", role);
        Json.put(map, "phones", phones);
        Json.put(map, "accounts", accounts);
        Json.put(map, "addresses", addresses);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "ReferenceEmployee" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String employee;
        private String name;
        private String team;
        private String manager;
        private Role role;
        private List<String> phones;
        private List<String> accounts;
        private List<String> addresses;

        public Builder employee(String employee) {
            this.employee = employee;
            return this;
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder team(String team) {
            this.team = team;
            return this;
        }

        public Builder manager(String manager) {
            this.manager = manager;
            return this;
        }

        public Builder role(Role role) {
            this.role = role;
            return this;
        }

        public Builder phones(List<String> phones) {
            this.phones = phones;
            return this;
        }

        public Builder accounts(List<String> accounts) {
            this.accounts = accounts;
            return this;
        }

        public Builder addresses(List<String> addresses) {
            this.addresses = addresses;
            return this;
        }

        public ReferenceEmployee build() {
            return new ReferenceEmployee(
                    employee, name, team, manager, role, phones, accounts, addresses);
        }
    }
}
