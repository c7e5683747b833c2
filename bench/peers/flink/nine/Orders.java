package nine;

import static nine.Times.GRACE;
import static nine.Times.HOUR;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** unmatched-payment and shipment-without-order. Only what no order has explained yet waits. */
class Orders extends KeyedProcessFunction<String, Fact, Alert> {
    /** The earliest edit that mentions the order. */
    private transient ValueState<Long> mentioned;
    private transient ListState<Fact> waiting;
    private transient ListState<Fact> refunds;

    @Override
    public void open(OpenContext context) {
        var states = getRuntimeContext();
        mentioned = states.getState(new ValueStateDescriptor<>("mentioned", Long.class));
        waiting = states.getListState(new ListStateDescriptor<>("waiting", Fact.class));
        refunds = states.getListState(new ListStateDescriptor<>("refunds", Fact.class));
    }

    private static long deadline(Fact fact) {
        return fact.at + (fact.kind == Fact.Kind.SHIPMENT ? 24 : 72) * HOUR;
    }

    @Override
    public void processElement(Fact fact, Context context, Collector<Alert> out)
            throws Exception {
        switch (fact.kind) {
            case MENTION -> {
                Long known = mentioned.value();
                if (known == null || fact.at < known) mentioned.update(fact.at);
            }
            case REFUND -> refunds.add(fact);
            default -> {
                if (fact.order == null) {
                    if (waiting.get().iterator().hasNext()) return;
                    waiting.add(fact);
                    out.collect(alert(fact, fact.at));
                } else if (isWithoutOrder(fact)) {
                    waiting.add(fact);
                    long due = deadline(fact) + GRACE;
                    context.timerService().registerEventTimeTimer(Times.timer(due));
                }
            }
        }
    }

    private boolean isWithoutOrder(Fact fact) throws Exception {
        Long known = mentioned.value();
        return known == null || known > deadline(fact);
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<Alert> out)
            throws Exception {
        long now = timer * 1000;
        List<Fact> still = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (Fact fact : waiting.get()) {
            long due = deadline(fact) + GRACE;
            if (due >= now) {
                still.add(fact);
            } else if (isWithoutOrder(fact) && !isRefunded(fact) && !told.contains(fact.what)) {
                told.add(fact.what);
                out.collect(alert(fact, due));
            }
        }
        waiting.update(still);
    }

    private boolean isRefunded(Fact fact) throws Exception {
        if (fact.kind != Fact.Kind.PAYMENT) return false;
        long sum = 0;
        for (Fact refund : refunds.get()) {
            if (refund.at < fact.at || refund.at > deadline(fact)) continue;
            sum += refund.what.equals(fact.what) ? fact.count : refund.count;
        }
        return sum > 0 && sum >= fact.count;
    }

    static Alert alert(Fact fact, long due) {
        boolean sent = fact.kind == Fact.Kind.SHIPMENT;
        String detector = sent ? "shipment-without-order" : "unmatched-payment";
        Alert alert = new Alert(detector, fact.what, fact.at, due);
        alert.customer = fact.customer;
        alert.order = fact.order;
        alert.account = fact.account;
        alert.employee = fact.who;
        alert.score = sent ? 60 : 30;
        alert.evidence = new ArrayList<>(List.of(fact.id));
        return alert;
    }
}
