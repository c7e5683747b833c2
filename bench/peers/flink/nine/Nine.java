package nine;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The nine questions, asked of events in files or on Kafka:
 *
 * <pre>
 * Nine --checkpoints=FOLDER --parallelism=1 --reference=FILE --events=FILE --alerts=FILE
 * Nine --checkpoints=FOLDER --parallelism=2 --bootstrap=HOST:PORT --prefix=PREFIX
 * </pre>
 */
public final class Nine {
    private Nine() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (String argument : arguments) {
            String[] parts = argument.substring(2).split("=", 2);
            options.put(parts[0], parts[1]);
        }
        StreamExecutionEnvironment env = environment(options);
        String bootstrap = options.get("bootstrap");
        if (bootstrap != null) {
            String prefix = options.get("prefix");
            alerts(Sources.kafka(env, bootstrap, prefix))
                    .sinkTo(Sinks.kafka(bootstrap, prefix + "flink.alerts"));
        } else {
            alerts(Sources.files(env, options.get("reference"), options.get("events")))
                    .process(new Sinks.ToFile(options.get("alerts"))).setParallelism(1)
                    .sinkTo(new DiscardingSink<>()).setParallelism(1);
        }
        env.execute("nine");
        Clock.end();
        // Its local cluster leaves threads behind that would keep the process.
        System.exit(0);
    }

    private static StreamExecutionEnvironment environment(Map<String, String> options) {
        int parallelism = Integer.parseInt(options.get("parallelism"));
        Configuration settings = new Configuration();
        settings.setString("state.backend.type", "hashmap");
        settings.setString("execution.checkpointing.dir", "file://" + options.get("checkpoints"));
        settings.setString("taskmanager.numberOfTaskSlots", String.valueOf(parallelism));
        settings.setString("taskmanager.memory.managed.size", "256m");
        var env = StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings);
        env.getConfig().enableObjectReuse();
        env.enableCheckpointing(10_000, CheckpointingMode.AT_LEAST_ONCE);
        return env;
    }

    private static DataStream<Alert> alerts(DataStream<Event> events) {
        SingleOutputStreamOperator<Fact> byEmployee = events.process(new Route());
        BroadcastStream<Fact> accounts =
                byEmployee.getSideOutput(Route.REFERENCE).broadcast(Accounts.KNOWN);
        DataStream<Alert> ofEmployees =
                byEmployee.keyBy(fact -> fact.key).process(new Employees());
        DataStream<Alert> ofAccounts = byEmployee.getSideOutput(Route.BY_ACCOUNT)
                .keyBy(fact -> fact.key).connect(accounts).process(new Accounts());
        DataStream<Alert> ofOrders = byEmployee.getSideOutput(Route.BY_ORDER)
                .keyBy(fact -> fact.key).process(new Orders());
        DataStream<Alert> others = ofAccounts.union(ofOrders);
        DataStream<Alert> ofCustomers = byEmployee.getSideOutput(Route.BY_CUSTOMER)
                .keyBy(fact -> fact.key)
                .connect(others.filter(it -> it.customer != null).keyBy(it -> it.customer))
                .process(new Customers());
        return ofEmployees.union(ofCustomers, others.filter(it -> it.customer == null));
    }
}
