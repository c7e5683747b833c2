package nine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Facts in order of event time, each once, and the sliding runs in them. */
final class Runs {
    public static class Item {
        public long at;
        public String id;
        public String about;
        public long count;

        public Item() {}

        public Item(long at, String id, String about, long count) {
            this.at = at;
            this.id = id;
            this.about = about;
            this.count = count;
        }
    }

    private Runs() {}

    /** False if it is there already. */
    static boolean insert(List<Item> items, Item item) {
        int place = items.size();
        while (place > 0 && items.get(place - 1).at > item.at) place--;
        for (int i = place - 1; i >= 0 && items.get(i).at == item.at; i--) {
            if (items.get(i).id.equals(item.id)) return false;
        }
        items.add(place, item);
        return true;
    }

    /** The runs up to a time, each as long as the window and, where it begins, `enough`. */
    static List<List<Item>> runs(
            List<Item> items, long until, long window, Predicate<List<Item>> enough) {
        List<List<Item>> found = new ArrayList<>();
        int total = 0;
        while (total < items.size() && items.get(total).at <= until) total++;
        int start = 0;
        int end = 0;
        while (start < total) {
            long last = items.get(start).at + window;
            end = Math.max(end, start);
            while (end < total && items.get(end).at <= last) end++;
            List<Item> run = items.subList(start, end);
            if (enough.test(run)) {
                found.add(run);
                start = end;
            } else {
                start++;
            }
        }
        return found;
    }

    /** Drops what is older than `old`. A run goes whole or stays: half of one would look new. */
    static void prune(List<Item> items, long old, long window, Predicate<List<Item>> enough) {
        if (items.isEmpty() || items.get(0).at >= old) return;
        Set<Item> stay = Collections.newSetFromMap(new IdentityHashMap<>());
        for (List<Item> run : runs(items, Long.MAX_VALUE, window, enough)) {
            if (run.get(run.size() - 1).at >= old) stay.addAll(run);
        }
        items.removeIf(item -> item.at < old && !stay.contains(item));
    }

    static List<String> ids(List<Item> run) {
        List<String> ids = new ArrayList<>(run.size());
        for (Item item : run) ids.add(item.id);
        return ids;
    }

    static long total(List<Item> items) {
        long total = 0;
        for (Item item : items) total += item.count;
        return total;
    }

    static int distinct(List<Item> items) {
        Set<String> seen = new HashSet<>();
        for (Item item : items) if (item.about != null) seen.add(item.about);
        return seen.size();
    }
}
