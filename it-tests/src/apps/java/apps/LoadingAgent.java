package apps;

/** An agent that loads classes of the application before it starts: their names, with commas. */
public final class LoadingAgent {

  private LoadingAgent() {}

  public static void premain(String classes) throws ClassNotFoundException {
    for (String name : classes.split(",")) {
      Class.forName(name);
    }
  }
}
