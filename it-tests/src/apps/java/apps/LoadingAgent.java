package apps;

/**
 * An agent that loads classes of the application before it starts; its argument is their names,
 * separated by commas.
 */
public final class LoadingAgent {

  private LoadingAgent() {}

  public static void premain(String classes) throws ClassNotFoundException {
    for (String name : classes.split(",")) {
      Class.forName(name);
    }
  }
}
