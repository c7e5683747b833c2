package nine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Where alerts go. */
final class Sinks {
    private Sinks() {}

    static KafkaSink<Alert> kafka(String bootstrap, String topic) {
        return KafkaSink.<Alert>builder()
                .setBootstrapServers(bootstrap)
                .setRecordSerializer(KafkaRecordSerializationSchema.<Alert>builder()
                        .setTopic(topic)
                        .setValueSerializationSchema(new Json())
                        .build())
                .build();
    }

    static class Json implements SerializationSchema<Alert> {
        private transient ObjectMapper mapper;

        @Override
        public void open(InitializationContext context) {
            mapper = new ObjectMapper();
        }

        @Override
        public byte[] serialize(Alert alert) {
            try {
                return mapper.writeValueAsBytes(alert);
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /** A line for each alert. Flink's own file sink shows nothing before a checkpoint. */
    static class ToFile extends ProcessFunction<Alert, Void> {
        private final String name;
        private transient ObjectMapper mapper;
        private transient OutputStream file;

        ToFile(String name) {
            this.name = name;
        }

        @Override
        public void open(OpenContext context) throws IOException {
            mapper = new ObjectMapper();
            file = new BufferedOutputStream(new FileOutputStream(name));
        }

        @Override
        public void processElement(Alert alert, Context context, Collector<Void> out)
                throws IOException {
            file.write(mapper.writeValueAsBytes(alert));
            file.write('\n');
        }

        @Override
        public void close() throws IOException {
            if (file != null) file.close();
        }
    }
}
