package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverGateTest {

  private static final byte[] ORIGINAL = {1};
  private static final byte[] WOVEN = {2};

  private final List<String> woven = new ArrayList<>();
  private int weaversMade;
  private final DriverGate gate =
      new DriverGate(new String[] {"acme.pg", " org.other "}, this::weaver);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org/postgresql/core/PGStream",
        "org/postgresql/core/v3/ConnectionFactoryImpl",
        "org/postgresql/core/v2/ConnectionFactoryImpl",
        "com/edb/core/PGStream",
        "com/yugabyte/core/v3/ConnectionFactoryImpl",
        "com/acme/shaded/org/postgresql/core/PGStream",
        "acme/pg/core/PGStream",
        "org/other/core/PGStream"
      })
  void handsADriversClassToTheWeaver(String name) {
    assertThat(transform(name)).isSameAs(WOVEN);
    assertThat(woven).containsExactly(name);
    assertThat(gate.wants(name.replace('/', '.'))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m",
        "java/lang/String",
        "core/PGStream",
        "org/postgresql/core/PGStreamm",
        "org/postgresql/PGStream",
        "myorg/postgresql/core/PGStream",
        "org/postgresql/core/v4/ConnectionFactoryImpl",
        "org/postgresql/core/PGStream$1",
        "edb/core/PGStream",
        "io/github/alloydbagent/driver/DriverWeaver"
      })
  void leavesEveryOtherClassAloneAndLoadsNoWeaverForIt(String name) {
    assertThat(transform(name)).isNull();
    assertThat(weaversMade).isZero();
    assertThat(gate.wants(name.replace('/', '.'))).isFalse();
  }

  @Test
  void toleratesAClassWithoutAName() {
    assertThat(transform(null)).isNull();
  }

  @Test
  void makesOneWeaverForAllDrivers() {
    transform("org/postgresql/core/PGStream");
    transform("com/edb/core/PGStream");
    assertThat(weaversMade).isOne();
  }

  @Test
  void weavesALoadedClassToo() throws Exception {
    assertThat(gate.transform(null, "com/edb/core/PGStream", String.class, null, ORIGINAL))
        .isSameAs(WOVEN);
  }

  @Test
  void makesAStreamThatCannotBeWovenUnusableAndSaysWhy() {
    DriverGate broken =
        new DriverGate(
            new String[0],
            () -> {
              throw new IOException("the agent's jar is gone");
            });
    byte[] classFile = broken.transform(null, "org/postgresql/core/PGStream", null, null, ORIGINAL);
    Class<?> stream =
        new ClassLoader(null) {
          Class<?> define(byte[] bytes) {
            return defineClass("org.postgresql.core.PGStream", bytes, 0, bytes.length);
          }
        }.define(classFile);

    assertThatThrownBy(() -> Class.forName(stream.getName(), true, stream.getClassLoader()))
        .isInstanceOf(LinkageError.class)
        .hasMessage(
            "AlloyDB Agent could not prepare the driver's class org.postgresql.core.PGStream"
                + " (java.io.IOException: the agent's jar is gone), cannot tell which of its"
                + " connections to protect, and so lets it make none. Report this, or run without"
                + " the agent.");
  }

  @Test
  void leavesANegotiationThatCannotBeWovenAsItIs() {
    DriverGate broken =
        new DriverGate(
            new String[0],
            () -> {
              throw new NoClassDefFoundError("net/bytebuddy/jar/asm/ClassReader");
            });
    assertThat(
            broken.transform(
                null, "org/postgresql/core/v3/ConnectionFactoryImpl", null, null, ORIGINAL))
        .isNull();
  }

  private byte[] transform(String name) {
    return gate.transform(null, name, null, null, ORIGINAL);
  }

  private ClassFileTransformer weaver() {
    weaversMade++;
    return new ClassFileTransformer() {
      @Override
      public byte[] transform(
          ClassLoader loader,
          String name,
          Class<?> redefined,
          ProtectionDomain domain,
          byte[] bytes) {
        woven.add(name);
        return WOVEN;
      }
    };
  }
}
