package offbook.events;

import java.util.Objects;

/**
 * Whose something is. A component that is null says nothing about it; {@link #NOBODY} says that it
 * is nobody's from then on.
 *
 * @param employee the id of the employee, or null for nobody
 */
public record Owner(String employee) {
    /** Nobody's. */
    public static final Owner NOBODY = new Owner(null);

    /** That employee's. */
    public static Owner of(String employee) {
        return new Owner(Objects.requireNonNull(employee, "employee"));
    }

    /** Without the id. */
    @Override
    public String toString() {
        return employee == null ? "Owner.NOBODY" : "Owner";
    }
}
