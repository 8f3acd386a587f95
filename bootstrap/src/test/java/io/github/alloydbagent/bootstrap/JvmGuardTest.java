package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JvmGuardTest {

  @ParameterizedTest
  @CsvSource({
    "com.sun.tools.javac.Main -version, ", // Java 8
    "sun.tools.jar.Main, ",
    "sun.security.tools.keytool.Main -list, ",
    "jdk.compiler/com.sun.tools.javac.Main, jdk.compiler", // Java 9 and later
    "jdk.javadoc/jdk.javadoc.internal.tool.Main -d x Y.java, jdk.javadoc",
    "java.base/sun.security.tools.keytool.Main, java.base",
    "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider, jdk.jshell",
  })
  void recognizesTheToolsOfTheJdk(String command, String module) {
    assertThat(JvmGuard.isJdkTool(command, module)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "com.example.Main, ",
    "app.jar --port=80, ",
    "com.example/com.example.Main, com.example",
    "org.codehaus.plexus.classworlds.launcher.Launcher verify, ",
    "jdk.compiler/com.sun.tools.javac.launcher.Main Orders.java, jdk.compiler",
    "com.sun.tools.script.shell.Main -f orders.js, ", // jrunscript
    "jdk.scripting.nashorn.shell/jdk.nashorn.tools.jjs.Main a.js, jdk.scripting.nashorn.shell",
    "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider --execution local, jdk.jshell",
    "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider --e local, jdk.jshell",
    "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider --exec=local a.jsh, jdk.jshell",
    "jdk.jshell/jdk.internal.jshell.tool.JShellToolProvider -execution local, jdk.jshell",
    "'', ",
  })
  void acceptsApplications(String command, String module) {
    assertThat(JvmGuard.isJdkTool(command, module)).isFalse();
  }

  /** The names are chosen freely: only the location shows whose class it is. */
  @ParameterizedTest
  @CsvSource({
    "com.sun.tools.shop.Rec, ",
    "jdk.internal.shop.Rec, ",
    "sun.tools.shop.jar --port=80, ",
    "java.shop/com.acme.shop.Main, java.shop",
    "jdk.shop/io.github.alloydbagent.bootstrap.JvmGuardTest, jdk.shop",
  })
  void acceptsApplicationsThatAreNamedLikeTools(String command, String module) {
    assertThat(JvmGuard.isJdkTool(command, module)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "jrt:/jdk.compiler/com/sun/tools/javac/Main.class, true",
    "jar:file:HOME/lib/tools.jar!/com/sun/tools/javac/Main.class, true",
    "jar:file:HOME/jre/lib/rt.jar!/sun/security/tools/keytool/Main.class, true",
    "jar:file:HOME/jre/lib/ext/shop.jar!/sun/tools/shop/Rec.class, false",
    "jar:file:HOME/shop.jar!/sun/tools/shop/Rec.class, false",
    "jar:file:HOME/../shop.jar!/sun/tools/shop/Rec.class, false",
    "jar:http://127.0.0.1/tools.jar!/sun/tools/shop/Rec.class, false",
    "file:HOME/lib/sun/tools/shop/Rec.class, false",
  })
  void distinguishesTheJdksClassFiles(String url, boolean isOfJdk, @TempDir Path jdk)
      throws Exception {
    String home = jdk.toUri().getRawPath().replaceFirst("/$", "");
    URL classFile = URI.create(url.replace("HOME", home)).toURL();

    assertThat(JvmGuard.isInJdk(classFile, jdk.resolve("jre").toFile())).isEqualTo(isOfJdk);
  }

  @ParameterizedTest
  @CsvSource({
    "/opt/alloydb-agent.jar check, /opt/alloydb-agent.jar, true",
    "/opt/x/../alloydb-agent.jar, /opt/x/../alloydb-agent.jar:/opt/alloydb-agent.jar, true",
    "com.example.Main, /opt/alloydb-agent.jar:app.jar, false",
    "/srv/alloydb-agent.jar check, /srv/alloydb-agent.jar, false",
    "/opt/app.jar, /opt/app.jar:/opt/alloydb-agent.jar, false",
    "com.example.Main, '', false",
  })
  void recognizesItsOwnCommand(String command, String classPath, boolean own) {
    String path = classPath.replace(':', File.pathSeparatorChar);

    assertThat(JvmGuard.isOwnCommand(command, path, new File("/opt/alloydb-agent.jar")))
        .isEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource({
    "a=b, a=b, false",
    ", instances=h=projects/p, true",
    "instances=h=projects/p, instances=h=projects/p, false",
    "instances=h=projects/p, instances=i=projects/p, true",
    "log-level=debug, discover=p, true",
    "log-level=debug, config-file=/etc/a, true",
    "instances=h=projects/p, log-level=debug, false",
    "instances=h=projects/p, , false",
  })
  void detectsSecondArgumentsThatWouldBeIgnored(
      @Nullable String inForce, @Nullable String arguments, boolean hides) {
    assertThat(JvmGuard.hidesMapping(inForce, arguments)).isEqualTo(hides);
  }
}
