package nine;

/** What one event says to one keyed function. Flat, so that Flink needs no Kryo for it. */
public class Fact {
    public enum Kind {
        MENTION, PAYMENT, REFUND, SHIPMENT, ORDERED, ACTIVITY, STAGE, HIT, DELETE, HR, OWNER,
        COMPANY_ACCOUNT, HOLDER
    }

    public Kind kind;
    /** The key of the function it goes to. */
    public String key;
    /** Event time. */
    public long at;
    /** The event's source and id. */
    public String id;
    /** Who did it. */
    public String who;
    /** Payment, shipment, category, kind or stage: what it is about. */
    public String what;
    public String customer;
    /** Or the opportunity. */
    public String order;
    public String account;
    /** How many records, or how many cents. */
    public long count;

    public Fact() {}

    public Fact(Kind kind, String key, Event event) {
        this.kind = kind;
        this.key = key;
        this.at = event.at;
        this.id = event.source + '\n' + event.id;
    }
}
