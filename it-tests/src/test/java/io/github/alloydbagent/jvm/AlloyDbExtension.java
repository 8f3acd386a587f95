package io.github.alloydbagent.jvm;

import static java.util.Objects.requireNonNull;

import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Starts, shares and stops the local AlloyDBs of {@link AlloyDbTest}. */
final class AlloyDbExtension implements BeforeAllCallback, AfterAllCallback {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(AlloyDbExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Class<?> test = context.getRequiredTestClass();
    List<Method> plans =
        AnnotationSupport.findAnnotatedMethods(
            test, AlloyDbPlan.class, HierarchyTraversalMode.TOP_DOWN);
    LocalAlloyDb alloyDb;
    if (plans.isEmpty()) {
      boolean md5 = requireNonNull(test.getAnnotation(AlloyDbTest.class)).md5();
      alloyDb = md5 ? SharedAlloyDb.md5() : SharedAlloyDb.scram();
    } else {
      LocalAlloyDbBuilder plan =
          (LocalAlloyDbBuilder) ReflectionSupport.invokeMethod(plans.get(0), null);
      alloyDb = requireNonNull(plan).start();
      context.getStore(NAMESPACE).put(LocalAlloyDb.class, alloyDb); // the store closes it
    }
    for (Field field : test.getDeclaredFields()) {
      set(field, alloyDb);
    }
  }

  private static void set(Field field, LocalAlloyDb alloyDb) throws IllegalAccessException {
    if (Modifier.isStatic(field.getModifiers())) {
      field.setAccessible(true);
      if (field.getType() == LocalAlloyDb.class) {
        field.set(null, alloyDb);
      } else if (field.getType() == LocalInstance.class) {
        String name = field.getName();
        for (LocalInstance instance : alloyDb.instances()) {
          if (instance.shortName().equals(name)) {
            field.set(null, instance);
          }
        }
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    List<Long> left = RunningJvm.closeAll();
    if (!left.isEmpty()) {
      throw new AssertionError("the class left JVMs running; killed the processes " + left);
    }
  }
}
