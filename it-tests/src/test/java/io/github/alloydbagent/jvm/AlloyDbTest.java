package io.github.alloydbagent.jvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a local AlloyDB: before {@code @BeforeAll}, its static fields of the types
 * {@code LocalAlloyDb} and {@code LocalInstance} are set, the latter if an instance has the name of
 * the field. After the class, no JVM may still be running; the extension kills those that are.
 *
 * <pre>{@code
 * @AlloyDbTest
 * class SomeIT {
 *   private static LocalAlloyDb alloyDb;
 *   private static LocalInstance primary;
 * }</pre>
 *
 * <p>It is a {@link SharedAlloyDb}, unless the class changes it or needs a different one: then the
 * class has its own, as configured by its {@link AlloyDbPlan}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(AlloyDbExtension.class)
public @interface AlloyDbTest {

  /** Whether it is {@link SharedAlloyDb#md5} rather than {@link SharedAlloyDb#scram}. */
  boolean md5() default false;
}
