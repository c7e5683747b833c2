package offbook.events;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes events as JSON, for those who have no library for it. */
public final class Json {
    private static final int MAX_DEPTH = 32;

    private Json() {
    }

    /** What is written as an object. */
    public interface Part {
        /** Of maps, lists, texts, numbers and booleans only. */
        Map<String, Object> toMap();
    }

    /** One of the words that a field may hold. */
    public interface Word {
        /** As the contract spells it. */
        String json();
    }

    /**
     * A value of {@link Part#toMap} as JSON.
     *
     * @throws IllegalArgumentException for anything else, and for what is nested too deep
     */
    public static String text(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0);
        return out.toString();
    }

    /** Puts what is said under its name: nothing where {@code value} is null. */
    static void put(Map<String, Object> map, String name, Object value) {
        if (value instanceof Owner owner) {
            map.put(name, owner.employee());
        } else if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
            map.put(name, plain(value));
        }
    }

    private static Object plain(Object value) {
        if (value instanceof Part part) {
            return part.toMap();
        }
        if (value instanceof Word word) {
            return word.json();
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof LocalDate day) {
            return day.toString();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, one) -> copy.put(String.valueOf(name), plain(one)));
            return copy;
        }
        return value;
    }

    private static void write(Object value, StringBuilder out, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + MAX_DEPTH);
        }
        if (value == null || value instanceof Boolean || isNumber(value)) {
            out.append(value instanceof BigDecimal number ? number.toPlainString() : value);
        } else if (value instanceof CharSequence text) {
            quote(text, out);
        } else if (value instanceof Map<?, ?> map) {
            char before = '{';
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(before);
                quote(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out, depth + 1);
                before = ',';
            }
            out.append(before == '{' ? "{}" : "}");
        } else if (value instanceof Iterable<?> items) {
            char before = '[';
            for (Object item : items) {
                out.append(before);
                write(item, out, depth + 1);
                before = ',';
            }
            out.append(before == '[' ? "[]" : "]");
        } else {
            throw new IllegalArgumentException(value.getClass() + " is no JSON");
        }
    }

    private static boolean isNumber(Object value) {
        return value instanceof Number number && Double.isFinite(number.doubleValue());
    }

    private static void quote(CharSequence text, StringBuilder out) {
        out.append('"');
        for (int at = 0; at < text.length(); at++) {
            char one = text.charAt(at);
            if (one == '"' || one == '\\') {
                out.append('\\').append(one);
            } else if (one < 0x20) {
                out.append(String.format("\\u%04x", (int) one));
            } else {
                out.append(one);
            }
        }
        out.append('"');
    }
}
