package nine;

import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.base.source.hybrid.HybridSource;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where events come from: first all reference documents, then all events, to the end of both. */
final class Sources {
    private static final List<String> REFERENCE =
            List.of("reference.accounts", "reference.employees", "reference.customers");
    private static final List<String> STREAM = List.of(
            "crm.edits", "payments", "shipments", "chat.keyword-hits", "hr.changes",
            "endpoint.files", "service.callbacks", "tips");
    /** The mix has nothing that comes later than six hours. */
    private static final WatermarkStrategy<Event> TIMES =
            WatermarkStrategy.<Event>forBoundedOutOfOrderness(Duration.ofMinutes(6 * 60 + 15))
                    .withTimestampAssigner((event, time) -> event.at / 1000);

    private Sources() {}

    static SingleOutputStreamOperator<Event> files(
            StreamExecutionEnvironment env, String reference, String events) {
        var both = HybridSource.builder(file(reference)).addSource(file(events)).build();
        return env.fromSource(both, WatermarkStrategy.noWatermarks(), "files",
                        TypeInformation.of(byte[].class))
                .process(new Decoder.OfLines())
                .returns(Event.class)
                .assignTimestampsAndWatermarks(TIMES);
    }

    private static FileSource<byte[]> file(String name) {
        return FileSource.forRecordStreamFormat(new Lines(), new Path(name)).build();
    }

    static SingleOutputStreamOperator<Event> kafka(
            StreamExecutionEnvironment env, String bootstrap, String prefix) {
        var both = HybridSource.builder(topics(bootstrap, prefix, REFERENCE))
                .addSource(topics(bootstrap, prefix, STREAM))
                .build();
        return env.fromSource(both, TIMES.withIdleness(Duration.ofSeconds(3)), "kafka",
                TypeInformation.of(Event.class));
    }

    private static KafkaSource<Event> topics(String bootstrap, String prefix, List<String> names) {
        return KafkaSource.<Event>builder()
                .setBootstrapServers(bootstrap)
                .setTopics(names.stream().map(name -> prefix + name).toList())
                .setGroupId(prefix + "flink")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setBounded(OffsetsInitializer.latest())
                .setValueOnlyDeserializer(new Decoder.Records())
                .build();
    }
}
