package apps;

import java.util.Calendar;
import java.util.Date;

/** {@link JdbcProbe}, after a line that shows how the default locale writes numbers and years. */
public final class Localized {

  private Localized() {}

  public static void main(String[] args) {
    System.out.println(
        "locale: "
            + String.format("%d %tY", 2026, new Date(0))
            + " "
            + Calendar.getInstance().getCalendarType()
            + " "
            + "TITLE".toLowerCase());
    JdbcProbe.main(args);
  }
}
