package shop;

import java.util.Properties;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.jdbc.DataSourceFactory;

/**
 * Waits for the service of PostgreSQL's driver, whichever bundle has it, and does its work with
 * what that makes.
 */
public final class Shop implements BundleActivator, ServiceListener {

  private static final String DRIVER =
      "(&(objectClass="
          + DataSourceFactory.class.getName()
          + ")(osgi.jdbc.driver.class=org.postgresql.Driver))";

  private BundleContext context;
  private boolean open;

  @Override
  public synchronized void start(BundleContext context) throws Exception {
    this.context = context;
    context.addServiceListener(this, DRIVER);
    ServiceReference<?>[] there = context.getServiceReferences((String) null, DRIVER);
    if (there != null) {
      open(there[0]);
    }
  }

  @Override
  public synchronized void serviceChanged(ServiceEvent event) {
    if (event.getType() == ServiceEvent.REGISTERED) {
      open(event.getServiceReference());
    }
  }

  private void open(ServiceReference<?> reference) {
    if (open) {
      return;
    }
    open = true;
    DataSourceFactory driver = (DataSourceFactory) context.getService(reference);
    Properties login = new Properties();
    for (String name : new String[] {"url", "user", "password"}) {
      login.setProperty(name, context.getProperty("shop." + name));
    }
    new Thread(() -> sell(driver, login), "shop").start();
  }

  private static void sell(DataSourceFactory driver, Properties login) {
    try {
      System.out.println("shop: " + new Sales(driver, login).run());
    } catch (Exception e) {
      e.printStackTrace();
      System.out.println("shop: failed");
    }
  }

  @Override
  public void stop(BundleContext context) {
    System.out.println("shop: closed");
  }
}
