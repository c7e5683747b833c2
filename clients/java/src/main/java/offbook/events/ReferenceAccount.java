// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An account the company owns.
 *
 * @param account Account number. An account of 1-128 characters, whole: not masked, not rounded.
 * @param name Name on the account. Free text, at most 4096 characters. May be null.
 * @param bank The bank. Free text, at most 4096 characters. May be null.
 * @param validFrom First day of use; before 1990 means always. May be null.
 * @param validTo Last day of use; after 2100 means no end. May be null.
 */
public record ReferenceAccount(
        String account,
        String name,
        String bank,
        LocalDate validFrom,
        LocalDate validTo)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.reference.account.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "reference.accounts";

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
        return account;
    }

    /** Refuses null for what is required. */
    public ReferenceAccount {
        Objects.requireNonNull(account, "account");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "account", account);
        Json.put(map, "name", name);
        Json.put(map, "bank", bank);
        Json.put(map, "valid_from", validFrom);
        Json.put(map, "valid_to", validTo);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "ReferenceAccount" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String account;
        private String name;
        private String bank;
        private LocalDate validFrom;
        private LocalDate validTo;

        public Builder account(String account) {
            this.account = account;
            return this;
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder bank(String bank) {
            this.bank = bank;
            return this;
        }

        public Builder validFrom(LocalDate validFrom) {
            this.validFrom = validFrom;
            return this;
        }

        public Builder validTo(LocalDate validTo) {
            this.validTo = validTo;
            return this;
        }

        public ReferenceAccount build() {
            return new ReferenceAccount(
                    account, name, bank, validFrom, validTo);
        }
    }
}
