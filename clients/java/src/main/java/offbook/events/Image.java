// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A field image of a CRM object before or after an edit: the well-known keys only.
 *
 * @param owner The employee it belongs to; {@code Owner.NOBODY}: nobody's from now on (returned to
 * the pool). Of: {@code customer}, {@code opportunity}, {@code order}. An id of 1-128 characters
 * without control characters. Null does not mention it.
 * @param name Name of the customer. Of: {@code customer}. Free text, at most 4096 characters. May
 * be null.
 * @param phone Phone of the customer. Of: {@code customer}. A phone, at most 4096 characters. May
 * be null.
 * @param email E-mail of the customer. Of: {@code customer}. An e-mail, at most 4096 characters.
 * May be null.
 * @param address Address of the customer. Of: {@code customer}. An address, at most 4096
 * characters. May be null.
 * @param tier Class of the customer. Of: {@code customer}. Free text, at most 4096 characters. May
 * be null.
 * @param stage Where the opportunity stands. Of: {@code opportunity}. May be null.
 * @param amount Amount. Of: {@code opportunity}, {@code quote}, {@code contract}, {@code order}. A
 * decimal ≥ 0 of at most 18 digits, as a string such as "1280.00". May be null.
 * @param lossReason Why the opportunity was lost. Of: {@code opportunity}. Free text, at most 4096
 * characters. May be null.
 * @param listPrice Price before the discount. Of: {@code quote}, {@code contract}. A decimal ≥ 0 of
 * at most 18 digits, as a string such as "1280.00". May be null.
 * @param discountPct Discount in per cent; below 0 a surcharge. Of: {@code quote}, {@code
 * contract}, {@code order}. A percentage as a string such as "12.5"; below 0 is a surcharge. May be
 * null.
 * @param termsChanged Whether standard terms were changed. Of: {@code quote}, {@code contract}. May
 * be null.
 * @param approvedBy The employee who approved it. Of: {@code quote}, {@code contract}, {@code
 * order}. An id of 1-128 characters without control characters. May be null.
 * @param status Where the order stands. Of: {@code order}. May be null.
 * @param currency Currency of the amounts. Of: {@code order}. An ISO 4217 code such as CNY (RMB is
 * none). May be null.
 * @param kind What kind of activity. Of: {@code activity}. May be null.
 */
public record Image(
        Owner owner,
        String name,
        String phone,
        String email,
        String address,
        String tier,
        Stage stage,
        BigDecimal amount,
        String lossReason,
        BigDecimal listPrice,
        BigDecimal discountPct,
        Boolean termsChanged,
        String approvedBy,
        Status status,
        String currency,
        Kind kind)
        implements Json.Part {

    /** Where the opportunity stands. Of: {@code opportunity}. */
    public enum Stage implements Json.Word {
        OPEN("open"),
        WON("won"),
        LOST("lost");

        private final String json;

        Stage(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Where the order stands. Of: {@code order}. */
    public enum Status implements Json.Word {
        DRAFT("draft"),
        SUBMITTED("submitted"),
        APPROVED("approved"),
        REJECTED("rejected"),
        CANCELLED("cancelled"),
        COMPLETED("completed");

        private final String json;

        Status(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** What kind of activity. Of: {@code activity}. */
    public enum Kind implements Json.Word {
        CALL("call"),
        VISIT("visit"),
        MESSAGE("message"),
        MEETING("meeting"),
        REPORT("report");

        private final String json;

        Kind(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "owner", owner);
        Json.put(map, "name", name);
        Json.put(map, "phone", phone);
        Json.put(map, "email", email);
        Json.put(map, "address", address);
        Json.put(map, "tier", tier);
        Json.put(map, "stage", stage);
        Json.put(map, "amount", amount);
        Json.put(map, "loss_reason", lossReason);
        Json.put(map, "list_price", listPrice);
        Json.put(map, "discount_pct", discountPct);
        Json.put(map, "terms_changed", termsChanged);
        Json.put(map, "approved_by", approvedBy);
        Json.put(map, "status", status);
        Json.put(map, "currency", currency);
        Json.put(map, "kind", kind);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "Image" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private Owner owner;
        private String name;
        private String phone;
        private String email;
        private String address;
        private String tier;
        private Stage stage;
        private BigDecimal amount;
        private String lossReason;
        private BigDecimal listPrice;
        private BigDecimal discountPct;
        private Boolean termsChanged;
        private String approvedBy;
        private Status status;
        private String currency;
        private Kind kind;

        public Builder owner(Owner owner) {
            this.owner = owner;
            return this;
        }

        public Builder owner(String owner) {
            this.owner = Owner.of(owner);
            return this;
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder phone(String phone) {
            this.phone = phone;
            return this;
        }

        public Builder email(String email) {
            this.email = email;
            return this;
        }

        public Builder address(String address) {
            this.address = address;
            return this;
        }

        public Builder tier(String tier) {
            this.tier = tier;
            return this;
        }

        public Builder stage(Stage stage) {
            this.stage = stage;
            return this;
        }

        public Builder amount(BigDecimal amount) {
            this.amount = amount;
            return this;
        }

        public Builder amount(String amount) {
            this.amount = new BigDecimal(amount);
            return this;
        }

        public Builder lossReason(String lossReason) {
            this.lossReason = lossReason;
            return this;
        }

        public Builder listPrice(BigDecimal listPrice) {
            this.listPrice = listPrice;
            return this;
        }

        public Builder listPrice(String listPrice) {
            this.listPrice = new BigDecimal(listPrice);
            return this;
        }

        public Builder discountPct(BigDecimal discountPct) {
            this.discountPct = discountPct;
            return this;
        }

        public Builder discountPct(String discountPct) {
            this.discountPct = new BigDecimal(discountPct);
            return this;
        }

        public Builder termsChanged(Boolean termsChanged) {
            this.termsChanged = termsChanged;
            return this;
        }

        public Builder approvedBy(String approvedBy) {
            this.approvedBy = approvedBy;
            return this;
        }

        public Builder status(Status status) {
            this.status = status;
            return this;
        }

        public Builder currency(String currency) {
            this.currency = currency;
            return this;
        }

        public Builder kind(Kind kind) {
            this.kind = kind;
            return this;
        }

        public Image build() {
            return new Image(
                    owner, name, phone, email, address, tier, stage, amount, lossReason, listPrice,
                    discountPct, termsChanged, approvedBy, status, currency, kind);
        }
    }
}
