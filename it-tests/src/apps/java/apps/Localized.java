package apps;

import java.util.Calendar;
import java.util.Date;

/** Runs {@link JdbcProbe} after printing how the default locale formats numbers and years. */
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
