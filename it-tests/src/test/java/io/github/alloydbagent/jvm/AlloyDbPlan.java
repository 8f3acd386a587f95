package io.github.alloydbagent.jvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the static method of an {@link AlloyDbTest} that configures the class's own local AlloyDB:
 * it returns its {@code LocalAlloyDbBuilder}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface AlloyDbPlan {}
