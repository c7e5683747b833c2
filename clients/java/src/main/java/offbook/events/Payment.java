// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Money came in or went back, as a bank feed or the ledger saw it.
 *
 * @param payment Id of the payment. An id of 1-128 characters without control characters.
 * @param amount How much, never below 0. A decimal ≥ 0 of at most 18 digits, as a string such as
 * "1280.00".
 * @param payeeAccount The account that received the money. An account of 1-128 characters, whole:
 * not masked, not rounded.
 * @param kind Money in, or back to the customer. May be null. Then it is {@code received}.
 * @param order The order it pays. An id of 1-128 characters without control characters. May be
 * null.
 * @param customer The customer who pays. An id of 1-128 characters without control characters. May
 * be null.
 * @param currency Currency of the amount. An ISO 4217 code such as CNY (RMB is none). May be null.
 * Then it is {@code CNY}.
 * @param payeeName Name on the receiving account. Free text, at most 4096 characters. May be null.
 * @param payerAccount The account that paid. An account of 1-128 characters, whole: not masked, not
 * rounded. May be null.
 * @param payerName Name on the paying account. Free text, at most 4096 characters. May be null.
 * @param method Such as transfer, cash, WeChat. Free text, at most 4096 characters. May be null.
 * @param recordedBy The employee who booked it. An id of 1-128 characters without control
 * characters. May be null.
 */
public record Payment(
        String payment,
        BigDecimal amount,
        String payeeAccount,
        Kind kind,
        String order,
        String customer,
        String currency,
        String payeeName,
        String payerAccount,
        String payerName,
        String method,
        String recordedBy)
        implements EventData {
    /** The CloudEvents {@code type}. */
    public static final String TYPE = "offbook.payment.v1";
    /** The topic it belongs on, without your prefix. */
    public static final String TOPIC = "payments";

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
        return customer != null ? customer : order != null ? order : payment;
    }

    /** Money in, or back to the customer. */
    public enum Kind implements Json.Word {
        RECEIVED("received"),
        REFUND("refund");

        private final String json;

        Kind(String json) {
            this.json = json;
        }

        @Override
        public String json() {
            return json;
        }
    }

    /** Refuses null for what is required. */
    public Payment {
        Objects.requireNonNull(payment, "payment");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(payeeAccount, "payeeAccount");
    }

    /** What is said, with the contract's names, for any JSON library to write. */
    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        Json.put(map, "payment", payment);
        Json.put(map, "amount", amount);
        Json.put(map, "payee_account", payeeAccount);
        Json.put(map, "kind", kind);
        Json.put(map, "order", order);
        Json.put(map, "customer", customer);
        Json.put(map, "currency", currency);
        Json.put(map, "payee_name", payeeName);
        Json.put(map, "payer_account", payerAccount);
        Json.put(map, "payer_name", payerName);
        Json.put(map, "method", method);
        Json.put(map, "recorded_by", recordedBy);
        return map;
    }

    /** The names of what is said, no value: a log of it names nobody. */
    @Override
    public String toString() {
        return "Payment" + toMap().keySet();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes the components by name. */
    public static final class Builder {
        private String payment;
        private BigDecimal amount;
        private String payeeAccount;
        private Kind kind;
        private String order;
        private String customer;
        private String currency;
        private String payeeName;
        private String payerAccount;
        private String payerName;
        private String method;
        private String recordedBy;

        public Builder payment(String payment) {
            this.payment = payment;
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

        public Builder payeeAccount(String payeeAccount) {
            this.payeeAccount = payeeAccount;
            return this;
        }

        public Builder kind(Kind kind) {
            this.kind = kind;
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

        public Builder currency(String currency) {
            this.currency = currency;
            return this;
        }

        public Builder payeeName(String payeeName) {
            this.payeeName = payeeName;
            return this;
        }

        public Builder payerAccount(String payerAccount) {
            this.payerAccount = payerAccount;
            return this;
        }

        public Builder payerName(String payerName) {
            this.payerName = payerName;
            return this;
        }

        public Builder method(String method) {
            this.method = method;
            return this;
        }

        public Builder recordedBy(String recordedBy) {
            this.recordedBy = recordedBy;
            return this;
        }

        public Payment build() {
            return new Payment(
                    payment, amount, payeeAccount, kind, order, customer, currency, payeeName,
                    payerAccount, payerName, method, recordedBy);
        }
    }
}
