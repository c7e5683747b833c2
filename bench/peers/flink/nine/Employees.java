package nine;

import static nine.Times.DAY;
import static nine.Times.HOUR;
import static nine.Times.NEVER;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** deleted-before-resignation, bulk-delete, chat-burst: judged when the watermark has passed. */
class Employees extends KeyedProcessFunction<String, Fact, Alert> {
    public static class State {
        public List<Runs.Item> deletes = new ArrayList<>();
        public List<Runs.Item> hits = new ArrayList<>();
        /** Hired, resigned, left and so on. */
        public List<Runs.Item> words = new ArrayList<>();
        /** When, by what was raised. */
        public Map<String, Long> raised = new HashMap<>();

        public State() {}
    }

    private transient ValueState<State> state;

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("employee", State.class));
    }

    @Override
    public void processElement(Fact fact, Context context, Collector<Alert> out)
            throws Exception {
        State known = state.value();
        if (known == null) known = new State();
        switch (fact.kind) {
            case DELETE -> Runs.insert(
                    known.deletes, new Runs.Item(fact.at, fact.id, null, fact.count));
            case HIT -> Runs.insert(known.hits, new Runs.Item(fact.at, fact.id, fact.customer, 1));
            case HR -> Runs.insert(known.words, new Runs.Item(fact.at, fact.id, fact.what, 1));
            default -> {}
        }
        state.update(known);
        context.timerService().registerEventTimeTimer(Times.timer(fact.at));
    }

    @Override
    public void onTimer(long timer, OnTimerContext context, Collector<Alert> out)
            throws Exception {
        State known = state.value();
        if (known == null) return;
        long now = timer * 1000;
        String who = context.getCurrentKey();
        for (var run : Runs.runs(known.deletes, now, HOUR, Employees::bulk)) {
            raise("bulk-delete", 60, who, run, known, out);
        }
        for (var run : Runs.runs(known.hits, now, DAY, Employees::burst)) {
            raise("chat-burst", 30, who, run, known, out);
        }
        resignations(known, who, now, out);
        long old = now - 62 * DAY;
        Runs.prune(known.deletes, old, HOUR, Employees::bulk);
        Runs.prune(known.hits, now - 2 * DAY, DAY, Employees::burst);
        known.raised.values().removeIf(at -> at < old - 60 * DAY);
        state.update(known);
    }

    private static boolean bulk(List<Runs.Item> deletes) {
        return Runs.total(deletes) >= 20;
    }

    private static boolean burst(List<Runs.Item> hits) {
        return hits.size() >= 5 || Runs.distinct(hits) >= 3;
    }

    private static void raise(
            String detector, int score, String who, List<Runs.Item> run, State known,
            Collector<Alert> out) {
        String anchor = who + '\n' + run.get(0).id;
        if (known.raised.putIfAbsent(detector + '\n' + anchor, run.get(0).at) != null) return;
        long last = run.get(run.size() - 1).at;
        Alert alert = new Alert(detector, anchor, last, last);
        alert.employee = who;
        alert.score = score;
        alert.evidence = Runs.ids(run);
        out.collect(alert);
    }

    /** Each notice with what ends it: taken back, hired anew, resigned again after leaving. */
    private static void resignations(State known, String who, long now, Collector<Alert> out) {
        Runs.Item notice = null;
        long left = NEVER;
        for (Runs.Item word : known.words) {
            if (word.at > now) break;
            boolean resigned = word.about.equals("resigned");
            boolean stays = word.about.equals("resignation_withdrawn");
            boolean again = word.about.equals("hired") || (resigned && left < NEVER);
            if (stays || again) {
                if (notice != null && stays) withdraw(known, who, notice, word, out);
                else if (notice != null) resigned(known, who, notice, left, now, out);
                notice = null;
                left = NEVER;
            }
            if (resigned && notice == null) notice = word;
            if (word.about.equals("left") || word.about.equals("terminated")) {
                left = Math.min(left, word.at);
            }
        }
        if (notice != null) resigned(known, who, notice, left, now, out);
    }

    private static void resigned(
            State known, String who, Runs.Item notice, long left, long now,
            Collector<Alert> out) {
        long from = notice.at - 30 * DAY;
        long to = Math.min(now, left < NEVER ? left + 7 * DAY : notice.at + 30 * DAY);
        List<Runs.Item> counted = new ArrayList<>();
        for (Runs.Item delete : known.deletes) {
            if (from <= delete.at && delete.at <= to) counted.add(delete);
        }
        if (Runs.total(counted) < 3) return;
        if (known.raised.putIfAbsent("resigned\n" + notice.id, notice.at) != null) return;
        Alert alert = ofNotice(who, notice, notice.at);
        alert.score = 60;
        alert.evidence = Runs.ids(counted);
        alert.evidence.add(notice.id);
        out.collect(alert);
    }

    private static void withdraw(
            State known, String who, Runs.Item notice, Runs.Item word, Collector<Alert> out) {
        String anchor = "resigned\n" + notice.id;
        if (!known.raised.containsKey(anchor)) return;
        if (known.raised.putIfAbsent(anchor + "\nwithdrawn", word.at) != null) return;
        Alert alert = ofNotice(who, notice, word.at);
        alert.state = "withdrawn";
        out.collect(alert);
    }

    private static Alert ofNotice(String who, Runs.Item notice, long at) {
        String anchor = who + '\n' + notice.id;
        Alert alert = new Alert("deleted-before-resignation", anchor, at, at);
        alert.employee = who;
        return alert;
    }
}
