package nine;

import java.util.List;

public class Alert {
    public String detector;
    public String anchor;
    public String employee;
    public String customer;
    public String order;
    public String account;
    public String state = "firing";
    public int score;
    /** Event times: of the cause, and from when on it can be known. */
    public long at;
    public long due;
    public List<String> evidence;

    public Alert() {}

    public Alert(String detector, String anchor, long at, long due) {
        this.detector = detector;
        this.anchor = anchor;
        this.at = at;
        this.due = due;
    }
}
