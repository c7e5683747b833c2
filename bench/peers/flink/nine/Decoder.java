package nine;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** JSON to events by Jackson's databind. Its streaming parser, by hand, was no faster. */
final class Decoder {
    private Decoder() {}

    private static ObjectReader reader() {
        return JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build()
                .readerFor(Event.class);
    }

    /** Of Kafka's records. */
    static class Records extends AbstractDeserializationSchema<Event> {
        private transient ObjectReader reader;

        Records() {
            super(Event.class);
        }

        @Override
        public void open(InitializationContext context) {
            reader = reader();
        }

        @Override
        public Event deserialize(byte[] bytes) throws IOException {
            return reader.readValue(bytes);
        }
    }

    /** Of a file's lines. */
    static class OfLines extends ProcessFunction<byte[], Event> {
        private transient ObjectReader reader;

        @Override
        public void open(OpenContext context) {
            reader = reader();
        }

        @Override
        public void processElement(byte[] line, Context context, Collector<Event> out)
                throws IOException {
            out.collect(reader.readValue(line));
        }
    }
}
