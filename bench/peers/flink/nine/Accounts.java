package nine;

import static nine.Times.DAY;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/** offbook-payment and account-ring. Whose account is whose is broadcast. */
class Accounts extends KeyedBroadcastProcessFunction<String, Fact, Fact, Alert> {
    /** Its holder, of an account; "" if it is the company's. */
    static final MapStateDescriptor<String, String> KNOWN =
            new MapStateDescriptor<>("accounts", Types.STRING, Types.STRING);
    private static final long WINDOW = 90 * DAY;

    public static class State {
        public List<Runs.Item> payments = new ArrayList<>();
        /** When, by what was raised. */
        public Map<String, Long> raised = new HashMap<>();

        public State() {}
    }

    private transient ValueState<State> state;

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("account", State.class));
    }

    @Override
    public void processBroadcastElement(Fact fact, Context context, Collector<Alert> out)
            throws Exception {
        String holder = fact.kind == Fact.Kind.COMPANY_ACCOUNT ? "" : fact.who;
        context.getBroadcastState(KNOWN).put(fact.key, holder);
    }

    @Override
    public void processElement(Fact fact, ReadOnlyContext context, Collector<Alert> out)
            throws Exception {
        if ("".equals(context.getBroadcastState(KNOWN).get(fact.key))) return;
        State known = state.value();
        if (known == null) known = new State();
        if (known.raised.putIfAbsent(fact.what, fact.at) == null) {
            Alert alert = new Alert("offbook-payment", fact.what, fact.at, fact.at);
            alert.customer = fact.customer;
            alert.order = fact.order;
            alert.account = fact.key;
            alert.score = 60;
            alert.evidence = new ArrayList<>(List.of(fact.id));
            out.collect(alert);
        }
        if (fact.customer != null) {
            var item = new Runs.Item(fact.at, fact.id, fact.customer, 1);
            if (Runs.insert(known.payments, item)) {
                context.timerService().registerEventTimeTimer(Times.timer(fact.at));
            }
        }
        state.update(known);
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<Alert> out)
            throws Exception {
        State known = state.value();
        if (known == null) return;
        long now = timer * 1000;
        String account = context.getCurrentKey();
        for (List<Runs.Item> run : Runs.runs(known.payments, now, WINDOW, Accounts::ring)) {
            String anchor = account + '\n' + run.get(0).id;
            if (known.raised.putIfAbsent("ring\n" + anchor, run.get(0).at) != null) continue;
            Alert alert = new Alert("account-ring", anchor, now, now);
            alert.employee = context.getBroadcastState(KNOWN).get(account);
            alert.account = account;
            alert.score = 60;
            alert.evidence = Runs.ids(run);
            out.collect(alert);
        }
        Runs.prune(known.payments, now - WINDOW - 7 * DAY, WINDOW, Accounts::ring);
        known.raised.values().removeIf(at -> at < now - 200 * DAY);
        state.update(known);
    }

    private static boolean ring(List<Runs.Item> payments) {
        return Runs.distinct(payments) >= 3;
    }
}
