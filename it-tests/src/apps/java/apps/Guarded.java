package apps;

/** Runs {@link JdbcProbe} under a security manager that the program sets itself. */
public final class Guarded {

  private Guarded() {}

  public static void main(String[] args) {
    System.setSecurityManager(new SecurityManager());
    JdbcProbe.main(args);
  }
}
