// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

/** What an event says, by its type. */
public sealed interface EventData extends Json.Part
        permits CrmEdit, Payment, Shipment, ChatHit, HrChange, EndpointFile, ServiceCallback, Tip,
        ReferenceAccount, ReferenceEmployee, ReferenceCustomer, Heartbeat {
    /** The CloudEvents {@code type}. */
    String type();

    /** The topic it belongs on, without your prefix; empty for a heartbeat. */
    String topic();

    /** The key of its record: whose events keep their order, of reference data its id; or null. */
    String key();
}
