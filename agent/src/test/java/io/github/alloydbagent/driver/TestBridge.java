package io.github.alloydbagent.driver;

import io.github.alloydbagent.bootstrap.AgentMain;
import java.lang.reflect.Method;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Connects the bridge, which can be opened once per JVM, to one test after another. */
final class TestBridge {
  private static volatile @Nullable Function<Object[], ?> current;

  static {
    try {
      Method open = AgentMain.class.getDeclaredMethod("open", Function.class);
      open.setAccessible(true);
      Function<Object[], Object> bridge = TestBridge::call;
      open.invoke(null, bridge);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private TestBridge() {}

  static void open(Function<Object[], ?> hooks) {
    current = hooks;
  }

  static void close() {
    current = null;
  }

  private static @Nullable Object call(Object[] call) {
    Function<Object[], ?> hooks = current;
    if (hooks == null) {
      throw new IllegalStateException("no test has opened the bridge");
    }
    return hooks.apply(call);
  }
}
