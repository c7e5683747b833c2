package nine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/** The lines of a file as bytes. Flink's own reader makes strings, which Jackson would undo. */
class Lines extends SimpleStreamFormat<byte[]> {
    @Override
    public StreamFormat.Reader<byte[]> createReader(Configuration c, FSDataInputStream in) {
        return new Reader(in);
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
        return TypeInformation.of(byte[].class);
    }

    private static class Reader implements StreamFormat.Reader<byte[]> {
        private final FSDataInputStream in;
        private final byte[] buffer = new byte[1 << 16];
        private int at;
        private int end;

        Reader(FSDataInputStream in) {
            this.in = in;
        }

        /** Null at the end of the file. */
        @Override
        public byte[] read() throws IOException {
            ByteArrayOutputStream begun = null;
            while (at < end || fill()) {
                int from = at;
                while (at < end && buffer[at] != '\n') at++;
                boolean whole = at < end;
                if (whole && begun == null) return Arrays.copyOfRange(buffer, from, at++);
                if (begun == null) begun = new ByteArrayOutputStream(1024);
                begun.write(buffer, from, at - from);
                if (whole) {
                    at++;
                    break;
                }
            }
            return begun == null ? null : begun.toByteArray();
        }

        private boolean fill() throws IOException {
            at = 0;
            end = Math.max(in.read(buffer, 0, buffer.length), 0);
            return end > 0;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
