package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverGateTest {

  private static final String STREAM = "org/postgresql/core/PGStream";
  private static final byte[] ORIGINAL = {1};
  private static final byte[] WOVEN = {2};

  private final List<String> woven = new ArrayList<>();
  private int weaversMade;
  private final DriverGate gate = new DriverGate(this::weaver);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org/postgresql/core/PGStream",
        "org/postgresql/core/v3/ConnectionFactoryImpl",
        "org/postgresql/core/v2/ConnectionFactoryImpl",
        "org/postgresql/core/QueryExecutorBase",
        "org/postgresql/core/v3/ProtocolConnectionImpl",
        "org/postgresql/core/v2/ProtocolConnectionImpl",
        "org/postgresql/jdbc1/AbstractJdbc1Connection",
        "com/edb/core/PGStream",
        "com/yugabyte/core/v3/ConnectionFactoryImpl",
        "com/acme/shaded/org/postgresql/core/PGStream",
        "com/acme/pgdriver/core/PGStream",
        "com/acme/pgdriver/core/QueryExecutorBase",
        "a/core/PGStream"
      })
  void passesPossibleDriverClassesToTheWeaver(String name) {
    assertThat(transform(name)).isSameAs(WOVEN);
    assertThat(woven).containsExactly(name);
    assertThat(gate.shouldWeave(name.replace('/', '.'))).isTrue();
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
        "org/postgresql/core/v4/ConnectionFactoryImpl",
        "org/postgresql/core/PGStream$1",
        "org/postgresql/Driver",
        "io/github/alloydbagent/driver/DriverWeaver"
      })
  void leavesOtherClassesUnchangedWithoutLoadingTheWeaver(String name) {
    assertThat(transform(name)).isNull();
    assertThat(weaversMade).isZero();
    assertThat(gate.shouldWeave(name.replace('/', '.'))).isFalse();
  }

  @Test
  void toleratesAClassWithoutAName() {
    assertThat(transform(null)).isNull();
  }

  /** A class loader may define a class without passing its name: {@code defineClass(null, ...)}. */
  @ParameterizedTest
  @ValueSource(strings = {STREAM, "com/edb/core/v3/ConnectionFactoryImpl"})
  void readsTheNameOfAnUnnamedClass(String name) throws IOException {
    byte[] classFile = classFile(name);
    assertThat(gate.transform(null, null, null, null, classFile)).isSameAs(WOVEN);
    assertThat(woven).containsExactly(name);
  }

  @Test
  void leavesOtherUnnamedClassesUnchanged() throws IOException {
    assertThat(gate.transform(null, null, null, null, classFile("a/Lambda$1"))).isNull();
    for (int length = classFile(STREAM).length - 1; length >= 0; length--) {
      byte[] cut = Arrays.copyOf(classFile(STREAM), length);
      assertThat(gate.transform(null, null, null, null, cut)).isIn(null, WOVEN);
    }
  }

  /** A class file with constants of one and of two indexes, long enough to have its name read. */
  private static byte[] classFile(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0xCAFEBABE);
    out.writeInt(52);
    out.writeShort(6);
    out.writeByte(5); // 1 and 2: a long
    out.writeLong(7);
    out.writeByte(7); // 3: this class
    out.writeShort(5);
    out.writeByte(8); // 4: a string
    out.writeShort(5);
    out.writeByte(1); // 5: its name
    out.writeUTF(name);
    out.writeShort(0x21);
    out.writeShort(3);
    out.writeShort(0);
    return bytes.toByteArray();
  }

  @Test
  void createsOneWeaverForAllDrivers() {
    transform("org/postgresql/core/PGStream");
    transform("com/edb/core/PGStream");
    assertThat(weaversMade).isOne();
  }

  @Test
  void weavesALoadedClass() throws Exception {
    assertThat(gate.transform(null, "com/edb/core/PGStream", String.class, null, ORIGINAL))
        .isSameAs(WOVEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"org/postgresql/Driver", "org/postgresql/core/PGStream"})
  void countsSignsOfADriver(String name) {
    int before = gate.loadCount();
    transform("java/lang/String");
    assertThat(gate.loadCount()).isEqualTo(before);
    transform(name);
    assertThat(gate.loadCount()).isNotEqualTo(before);
  }

  @Test
  void remembersWovenClasses() throws Exception {
    Class<?> sample = define(classFileOf(Sample.class), Sample.class.getName());
    String name = Sample.class.getName().replace('.', '/');
    assertThat(gate.hasWoven(sample)).isFalse();

    DriverGate failing = new DriverGate(DriverGateTest::noWeaver);
    failing.transform(sample.getClassLoader(), STREAM, null, null, ORIGINAL);
    assertThat(failing.hasWoven(sample)).isFalse();

    WovenClasses classes = new WovenClasses();
    classes.add(sample.getClassLoader(), name);
    assertThat(classes.contains(sample.getClassLoader(), name)).isTrue();
    assertThat(classes.contains(null, name)).isFalse();
    assertThat(classes.contains(Sample.class.getClassLoader(), name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, "org/postgresql/core/v3/ConnectionFactoryImpl"})
  void makesAClassThatCannotBeWovenUnusableWithTheReason(String name) throws Exception {
    DriverGate broken = new DriverGate(DriverGateTest::noWeaver);
    byte[] classFile = broken.transform(null, name, Sample.class, null, classFileOf(Sample.class));

    Class<?> unusable = define(classFile, Sample.class.getName());
    Constructor<?> constructor = unusable.getDeclaredConstructor(String.class);
    constructor.setAccessible(true);
    assertThatThrownBy(() -> constructor.newInstance("x"))
        .cause()
        .isInstanceOf(LinkageError.class)
        .hasMessageContaining(name.replace('/', '.'))
        .hasMessageContaining("java.io.IOException: the agent's jar is gone")
        .hasMessageContaining("remove the -javaagent flag");
  }

  /** As Amazon Redshift's driver: the names of its classes end like those of pgjdbc. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "com/amazon/redshift/core/v3/ConnectionFactoryImpl",
        "com/amazon/redshift/core/QueryExecutorBase"
      })
  void leavesAClassThatCannotBeWovenAloneIfItRefersToNoStream(String name) throws Exception {
    DriverGate broken = new DriverGate(DriverGateTest::noWeaver);
    byte[] other = classFileOf(UnusableClass.class);
    assertThat(broken.transform(null, name, null, null, other)).isNull();
    assertThat(broken.transform(null, name, null, null, classFileOf(Sample.class))).isNotNull();
    assertThat(broken.transform(null, STREAM, null, null, other)).isNotNull();
  }

  /** Otherwise the JVM would refuse it as a replacement for a loaded class. */
  @Test
  void keepsTheMembersOfAnUnusableClass() throws Exception {
    DriverGate broken = new DriverGate(DriverGateTest::noWeaver);
    Class<?> unusable =
        define(
            broken.transform(null, STREAM, null, null, classFileOf(Sample.class)),
            Sample.class.getName());

    assertThat(members(unusable)).isEqualTo(members(Sample.class)).hasSizeGreaterThan(5);
    Method number = unusable.getDeclaredMethod("number");
    number.setAccessible(true);
    assertThat(number.invoke(null)).isEqualTo(7L);
  }

  @Test
  void preventsTheDefinitionOfAMalformedClassFile() {
    DriverGate broken = new DriverGate(DriverGateTest::noWeaver);
    byte[] classFile = broken.transform(null, STREAM, null, null, ORIGINAL);

    assertThatThrownBy(() -> define(classFile, STREAM.replace('/', '.')))
        .isInstanceOf(ClassFormatError.class)
        .hasMessageContaining("AlloyDB Agent")
        .hasMessageContaining("stack or the heap was exhausted");
  }

  /** Whichever calls still succeed: never null, which would define the class unwoven. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "com/acme/core/PGStream",
        "com/acme/core/v3/ConnectionFactoryImpl",
        "com/acme/core/QueryExecutorBase"
      })
  void neverPassesADriverClassOnAnExhaustedStack(String name) {
    List<byte[]> answers = onExhaustedStack(name);
    assertThat(answers).hasSizeGreaterThan(100).doesNotContainNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"com/acme/core/PGStreams", "java/util/ArrayList", "x", "a/Base"})
  void passesOtherClassesOnAnExhaustedStack(String name) {
    assertThat(onExhaustedStack(name)).hasSizeGreaterThan(100).containsOnlyNulls();
  }

  /** Returns the results with stack for 0, 1, 2, ... calls left, if the gate is entered at all. */
  private List<byte[]> onExhaustedStack(String name) {
    byte[] classFile = referringToTheStream(name);
    transform(name);
    List<byte[]> answers = new ArrayList<>();
    Thread thread = new Thread(null, () -> descend(name, classFile, answers), "deep", 256 << 10);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return answers;
  }

  private static byte[] referringToTheStream(String name) {
    byte[] classFile = UnusableClass.undefinable(name);
    byte[] stream = STREAM.getBytes(StandardCharsets.US_ASCII);
    byte[] both = Arrays.copyOf(classFile, classFile.length + stream.length);
    System.arraycopy(stream, 0, both, classFile.length, stream.length);
    return both;
  }

  private void descend(String name, byte[] classFile, List<byte[]> answers) {
    try {
      descend(name, classFile, answers);
    } catch (StackOverflowError e) {
      // at this depth there is an additional frame
    }
    if (answers.size() < 2000) {
      try {
        answers.add(gate.transform(null, name, null, null, classFile));
      } catch (StackOverflowError e) {
        // thrown before the gate was entered, or by the list
      }
    }
  }

  private static ClassFileTransformer noWeaver() throws IOException {
    throw new IOException("the agent's jar is gone");
  }

  private static byte[] classFileOf(Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    try (InputStream in = type.getClassLoader().getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }

  private static Class<?> define(byte[] classFile, String name) {
    return new ClassLoader(DriverGateTest.class.getClassLoader()) {
      Class<?> define() {
        return defineClass(name, classFile, 0, classFile.length);
      }
    }.define();
  }

  private static Set<String> members(Class<?> type) {
    Set<String> members = new TreeSet<>();
    Stream.of(type.getDeclaredFields(), type.getDeclaredMethods(), type.getDeclaredConstructors())
        .flatMap(Stream::of)
        .forEach(member -> members.add(member.toString()));
    return members;
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

  /** Has every kind of constant and of member, and refers to a stream. */
  @SuppressWarnings({"unused", "UnusedVariable"})
  static class Sample implements Runnable {
    static final long NUMBER = 7;
    static final String STREAM_TYPE = STREAM;
    private final double half = 0.5;
    private final String text;

    Sample(String text) {
      this.text = "other " + text.length();
    }

    Sample() {
      this("");
    }

    static long number() {
      return NUMBER;
    }

    Supplier<String> supplier() {
      return () -> text + half + 12345678901L;
    }

    @Override
    public void run() {}
  }
}
