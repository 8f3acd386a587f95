package io.github.alloydbagent.core;

import io.github.alloydbagent.driver.DriverNotices;
import io.github.alloydbagent.driver.DriverPackages;
import io.github.alloydbagent.driver.DriverWeaver;
import java.lang.instrument.ClassFileTransformer;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Creates the weaver when the first driver is loaded, because the weaver's classes take time to
 * load. A class rather than a lambda, because it is called during class loading.
 */
final class WeaverSource implements Callable<ClassFileTransformer> {
  private final DriverNotices notices;
  private final List<String> driverPackages;

  WeaverSource(DriverNotices notices, List<String> driverPackages) {
    this.notices = notices;
    this.driverPackages = driverPackages;
  }

  @Override
  public ClassFileTransformer call() {
    return new DriverWeaver(notices, new DriverPackages(driverPackages));
  }
}
