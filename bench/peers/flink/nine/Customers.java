package nine;

import static nine.Times.DAY;
import static nine.Times.GRACE;
import static nine.Times.HOUR;
import static nine.Times.NEVER;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * leak-then-lost, follow-up-lapsed, and unmatched-payment where a payment names no order. Alerts of
 * others that name a customer learn here whose it is and what was said.
 */
class Customers extends KeyedCoProcessFunction<String, Fact, Alert, Alert> {
    private static final long WITHIN = 7 * DAY;
    private static final long WAIT = 72 * HOUR;

    public static class Opportunity {
        public long opened = NEVER;
        public long closed = NEVER;
        public String openedBy;

        public Opportunity() {}
    }

    public static class State {
        public String owner;
        public List<Runs.Item> hits = new ArrayList<>(0);
        public List<Runs.Item> lost = new ArrayList<>(0);
        /** When orders were created. */
        public List<Long> ordered = new ArrayList<>(0);
        /** The owner's own. */
        public List<Runs.Item> activities = new ArrayList<>(0);
        public Map<String, Opportunity> opportunities = new HashMap<>(0);
        public List<Fact> waiting = new ArrayList<>(0);
        /** When, by what was raised. */
        public Map<String, Long> raised = new HashMap<>(0);
        /** The timer of the next lapse, or 0. */
        public long timer;

        public State() {}
    }

    private transient ValueState<State> state;

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("customer", State.class));
    }

    @Override
    public void processElement1(Fact fact, Context context, Collector<Alert> out)
            throws Exception {
        State known = state.value();
        if (known == null) known = new State();
        switch (fact.kind) {
            case OWNER -> known.owner = fact.who;
            case HIT -> {
                String id = fact.id + '\n' + fact.what;
                Runs.insert(known.hits, new Runs.Item(fact.at, id, fact.who, 1));
            }
            case ORDERED -> {
                if (!known.ordered.contains(fact.at)) known.ordered.add(fact.at);
                long old = context.timerService().currentWatermark() * 1000 - 100 * DAY;
                if (known.ordered.size() > 16) known.ordered.removeIf(at -> at < old);
            }
            case ACTIVITY -> activity(fact, known, context);
            case STAGE -> stage(fact, known, context);
            case REFUND -> known.waiting.removeIf(paid -> paid.what.equals(fact.what)
                    && paid.at <= fact.at && fact.at <= paid.at + WAIT);
            case PAYMENT -> {
                if (known.waiting.stream().anyMatch(it -> it.what.equals(fact.what))) return;
                known.waiting.add(fact);
                long due = Times.timer(fact.at + WAIT + GRACE);
                context.timerService().registerEventTimeTimer(due);
            }
            default -> {}
        }
        state.update(known);
    }

    private static void activity(Fact fact, State known, Context context) {
        if (!fact.who.equals(known.owner)) return;
        Runs.insert(known.activities, new Runs.Item(fact.at, fact.id, null, 1));
        if (known.activities.size() > 8) {
            long watermark = Math.max(context.timerService().currentWatermark(), 0);
            known.activities.removeIf(it -> it.at < watermark * 1000 - WITHIN - DAY);
        }
        if (known.timer == 0 && !known.opportunities.isEmpty()) {
            remind(context, known, fact.at + WITHIN + GRACE);
        }
    }

    private static void remind(Context context, State known, long at) {
        known.timer = Times.timer(at);
        context.timerService().registerEventTimeTimer(known.timer);
    }

    private static void stage(Fact fact, State known, Context context) {
        var opportunity = known.opportunities.computeIfAbsent(fact.order, it -> new Opportunity());
        if (fact.what.equals("open")) {
            if (fact.at < opportunity.opened) {
                opportunity.opened = fact.at;
                opportunity.openedBy = fact.id;
            }
            long at = fact.at + WITHIN + GRACE;
            if (known.timer == 0 || Times.timer(at) < known.timer) remind(context, known, at);
            return;
        }
        opportunity.closed = Math.min(opportunity.closed, fact.at);
        if (fact.what.equals("lost") && !"lost".equals(fact.who)) {
            Runs.insert(known.lost, new Runs.Item(fact.at, fact.id, fact.order, 1));
            context.timerService().registerEventTimeTimer(Times.timer(fact.at));
        }
    }

    /** An alert of another function. */
    @Override
    public void processElement2(Alert alert, Context context, Collector<Alert> out)
            throws Exception {
        State known = state.value();
        if (known != null) {
            if (alert.employee == null) alert.employee = known.owner;
            if (alert.detector.equals("offbook-payment")) corroborate(alert, known.hits);
        }
        out.collect(alert);
    }

    private static void corroborate(Alert alert, List<Runs.Item> hits) {
        for (Runs.Item hit : hits) {
            if (Math.abs(hit.at - alert.at) > 7 * DAY || hit.id.endsWith("competitor")) continue;
            alert.score = 80;
            alert.evidence.add(hit.id);
        }
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<Alert> out)
            throws Exception {
        State known = state.value();
        if (known == null) return;
        long now = timer * 1000;
        unmatched(known, now, out);
        leaks(known, context.getCurrentKey(), now, out);
        if (known.timer != 0 && timer >= known.timer) lapses(known, now, context, out);
        known.hits.removeIf(it -> it.at < now - 60 * DAY);
        state.update(known);
    }

    private static void unmatched(State known, long now, Collector<Alert> out) {
        for (Fact paid : known.waiting) {
            long due = paid.at + WAIT + GRACE;
            if (due >= now) continue;
            if (known.ordered.stream()
                    .anyMatch(at -> paid.at - 90 * DAY <= at && at <= paid.at + WAIT)) continue;
            Alert alert = Orders.alert(paid, due);
            alert.employee = known.owner;
            out.collect(alert);
        }
        known.waiting.removeIf(paid -> paid.at + WAIT + GRACE < now);
    }

    private static void leaks(State known, String customer, long now, Collector<Alert> out) {
        for (Runs.Item lost : known.lost) {
            if (lost.at >= now) continue;
            List<Runs.Item> before = new ArrayList<>();
            for (Runs.Item hit : known.hits) {
                if (lost.at - 14 * DAY <= hit.at && hit.at <= lost.at) before.add(hit);
            }
            if (before.isEmpty()) continue;
            if (known.raised.putIfAbsent("leak\n" + lost.about, lost.at) != null) continue;
            Alert alert = new Alert("leak-then-lost", lost.about, lost.at, lost.at);
            alert.employee = before.get(0).about;
            alert.customer = customer;
            alert.score = 60;
            alert.evidence = Runs.ids(before);
            alert.evidence.add(lost.id);
            out.collect(alert);
        }
        known.lost.removeIf(it -> it.at < now);
    }

    private void lapses(State known, long now, OnTimerContext context, Collector<Alert> out) {
        long next = NEVER;
        if (known.owner != null) {
            for (Opportunity it : known.opportunities.values()) {
                next = Math.min(next, lapses(it, known, context.getCurrentKey(), now, out));
            }
        }
        known.opportunities.values().removeIf(it -> it.closed < now - WITHIN - DAY);
        known.raised.values().removeIf(at -> at < now - 400 * DAY);
        known.timer = 0;
        if (next < NEVER) remind(context, known, next);
    }

    /** Raises what has lapsed; when one may lapse next. */
    private static long lapses(
            Opportunity opportunity, State known, String customer, long now,
            Collector<Alert> out) {
        long next = NEVER;
        long since = opportunity.opened;
        String by = opportunity.openedBy;
        if (since >= NEVER) return next;
        for (int i = 0; i <= known.activities.size(); i++) {
            Runs.Item activity = i < known.activities.size() ? known.activities.get(i) : null;
            if (activity != null && (activity.at < since || activity.at >= opportunity.closed)) {
                continue;
            }
            long until = activity == null ? opportunity.closed : activity.at;
            long due = since + WITHIN + GRACE;
            if (until > since + WITHIN && due >= now) {
                next = Math.min(next, due);
            } else if (until > since + WITHIN
                    && known.raised.putIfAbsent("lapse\n" + by, since) == null) {
                Alert alert = new Alert("follow-up-lapsed", customer + '\n' + by, since, due);
                alert.employee = known.owner;
                alert.customer = customer;
                alert.score = 10;
                alert.evidence = new ArrayList<>(List.of(by));
                out.collect(alert);
            }
            if (activity != null) {
                since = activity.at;
                by = activity.id;
            }
        }
        return next;
    }
}
