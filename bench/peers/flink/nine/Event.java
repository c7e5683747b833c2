package nine;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;

/** One CloudEvent with the fields that the nine questions need. */
public class Event {
    public String id;
    public String source;
    public String type;
    /** Event time. */
    public long at;
    public Data data;

    /** RFC 3339, by hand where it has no fraction: Java's formatter takes a fifth of all time. */
    public void setTime(String text) {
        char zone = text.charAt(19);
        if (zone == '.') {
            OffsetDateTime time = OffsetDateTime.parse(text);
            at = time.toEpochSecond() * 1_000_000 + time.getNano() / 1000;
            return;
        }
        LocalDate day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        long minute = (day.toEpochDay() * 24 + number(text, 11, 13)) * 60 + number(text, 14, 16);
        if (zone != 'Z') {
            int offset = number(text, 20, 22) * 60 + number(text, 23, 25);
            minute += zone == '+' ? -offset : offset;
        }
        at = (minute * 60 + number(text, 17, 19)) * 1_000_000;
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    public static class Data {
        public String account;
        public String action;
        public String actor;
        public String amount;
        public String category;
        public String customer;
        public String employee;
        public String kind;
        public String op;
        public String order;
        public String owner;
        public String payeeAccount;
        public String payment;
        public String releasedBy;
        public String shipment;
        public String status;
        public long count = 1;
        public Thing object;
        public Image before;
        public Image after;
        public List<String> accounts;
    }

    public static class Thing {
        public String type;
        public String id;
    }

    public static class Image {
        public String stage;
        public String owner;
    }
}
