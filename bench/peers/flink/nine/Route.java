package nine;

import java.math.BigDecimal;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Which events matter to which keyed function. The main output is by employee. */
class Route extends ProcessFunction<Event, Fact> {
    private static final TypeInformation<Fact> FACT = TypeInformation.of(Fact.class);
    static final OutputTag<Fact> BY_ORDER = new OutputTag<>("by-order", FACT);
    static final OutputTag<Fact> BY_CUSTOMER = new OutputTag<>("by-customer", FACT);
    static final OutputTag<Fact> BY_ACCOUNT = new OutputTag<>("by-account", FACT);
    static final OutputTag<Fact> REFERENCE = new OutputTag<>("reference", FACT);
    private static final Set<String> SENSITIVE =
            Set.of("private_deal", "off_channel_payment", "kickback", "competitor");
    private static final Set<String> EMPLOYMENT =
            Set.of("hired", "resigned", "resignation_withdrawn", "left", "terminated");

    @Override
    public void processElement(Event event, Context context, Collector<Fact> out) {
        if (event.type.startsWith("offbook.reference.")) {
            reference(event, context);
            return;
        }
        Clock.event();
        switch (event.type) {
            case "offbook.crm.edit.v1" -> edit(event, context, out);
            case "offbook.payment.v1" -> payment(event, context);
            case "offbook.shipment.v1" -> shipment(event, context);
            case "offbook.chat.keyword-hit.v1" -> hit(event, context, out);
            case "offbook.endpoint.file.v1" -> {
                if ("delete".equals(event.data.action)) delete(event, event.data.employee, out);
            }
            case "offbook.hr.change.v1" -> {
                if (EMPLOYMENT.contains(event.data.kind)) {
                    Fact fact = new Fact(Fact.Kind.HR, event.data.employee, event);
                    fact.what = event.data.kind;
                    out.collect(fact);
                }
            }
            default -> {}
        }
    }

    private static void reference(Event event, Context context) {
        Event.Data data = event.data;
        switch (event.type) {
            case "offbook.reference.account.v1" -> context.output(
                    REFERENCE, new Fact(Fact.Kind.COMPANY_ACCOUNT, data.account, event));
            case "offbook.reference.employee.v1" -> {
                if (data.accounts == null) return;
                for (String account : data.accounts) {
                    Fact fact = new Fact(Fact.Kind.HOLDER, account, event);
                    fact.who = data.employee;
                    context.output(REFERENCE, fact);
                }
            }
            case "offbook.reference.customer.v1" -> {
                Fact fact = new Fact(Fact.Kind.OWNER, data.customer, event);
                fact.who = data.owner;
                context.output(BY_CUSTOMER, fact);
            }
            default -> {}
        }
    }

    private static void delete(Event event, String who, Collector<Fact> out) {
        Fact fact = new Fact(Fact.Kind.DELETE, who, event);
        fact.count = event.data.count;
        out.collect(fact);
    }

    private static void edit(Event event, Context context, Collector<Fact> out) {
        Event.Data data = event.data;
        if ("delete".equals(data.op)) delete(event, data.actor, out);
        switch (data.object.type) {
            case "order" -> order(event, context);
            case "activity" -> {
                if (data.customer == null) return;
                if (!"create".equals(data.op) && !"update".equals(data.op)) return;
                Fact fact = new Fact(Fact.Kind.ACTIVITY, data.customer, event);
                fact.who = data.actor;
                context.output(BY_CUSTOMER, fact);
            }
            case "opportunity" -> {
                String stage = stage(data);
                if (data.customer == null || stage == null) return;
                Fact fact = new Fact(Fact.Kind.STAGE, data.customer, event);
                fact.what = stage;
                fact.order = data.object.id;
                fact.who = data.before == null ? null : data.before.stage;
                context.output(BY_CUSTOMER, fact);
            }
            default -> {}
        }
    }

    private static void order(Event event, Context context) {
        Event.Data data = event.data;
        if ("create".equals(data.op) && data.customer != null) {
            context.output(BY_CUSTOMER, new Fact(Fact.Kind.ORDERED, data.customer, event));
        }
        context.output(BY_ORDER, new Fact(Fact.Kind.MENTION, data.object.id, event));
        if (data.order != null && !data.order.equals(data.object.id)) {
            context.output(BY_ORDER, new Fact(Fact.Kind.MENTION, data.order, event));
        }
    }

    private static String stage(Event.Data data) {
        if ("delete".equals(data.op)) return "gone";
        if (data.after != null && data.after.stage != null) return data.after.stage;
        return "create".equals(data.op) || "restore".equals(data.op) ? "open" : null;
    }

    private static void payment(Event event, Context context) {
        Event.Data data = event.data;
        boolean refund = "refund".equals(data.kind);
        Fact.Kind kind = refund ? Fact.Kind.REFUND : Fact.Kind.PAYMENT;
        if (data.order == null && data.customer != null) {
            context.output(BY_CUSTOMER, payment(kind, data.customer, event));
        } else {
            String key = data.order != null ? data.order : "payment\n" + data.payment;
            context.output(BY_ORDER, payment(kind, key, event));
        }
        if (!refund) context.output(BY_ACCOUNT, payment(kind, data.payeeAccount, event));
    }

    private static Fact payment(Fact.Kind kind, String key, Event event) {
        Fact fact = new Fact(kind, key, event);
        fact.what = event.data.payment;
        fact.order = event.data.order;
        fact.customer = event.data.customer;
        fact.account = event.data.payeeAccount;
        fact.count = new BigDecimal(event.data.amount).movePointRight(2).longValue();
        return fact;
    }

    private static void shipment(Event event, Context context) {
        Event.Data data = event.data;
        if (!"dispatched".equals(data.status)) return;
        String key = data.order != null ? data.order : "shipment\n" + data.shipment;
        Fact fact = new Fact(Fact.Kind.SHIPMENT, key, event);
        fact.what = data.shipment;
        fact.order = data.order;
        fact.customer = data.customer;
        fact.who = data.releasedBy;
        context.output(BY_ORDER, fact);
    }

    private static void hit(Event event, Context context, Collector<Fact> out) {
        Event.Data data = event.data;
        if ("other".equals(data.category)) return;
        Fact fact = new Fact(Fact.Kind.HIT, data.employee, event);
        fact.customer = data.customer;
        fact.what = data.category;
        out.collect(fact);
        if (data.customer != null && SENSITIVE.contains(data.category)) {
            Fact heard = new Fact(Fact.Kind.HIT, data.customer, event);
            heard.who = data.employee;
            heard.what = data.category;
            context.output(BY_CUSTOMER, heard);
        }
    }
}
