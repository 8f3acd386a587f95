package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ClientKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyGenerationTest {

  @Test
  void retriesAfterALinkageErrorOfTheJdk() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    ClientKey made = ClientKey.generate();
    KeyGeneration generation =
        new KeyGeneration(
            () -> {
              if (attempts.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("Could not initialize class sun.security.X");
              }
              return made;
            },
            Runnable::run);

    assertThat(generation.get().join()).isSameAs(made); // the next caller starts another attempt
    assertThat(generation.get().join()).isSameAs(made);
    assertThat(attempts).hasValue(2);
  }

  @Test
  void startsEvenIfInitializingTlsFailsOnce() throws Exception {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    Log log = new Log(LogLevel.DEBUG, new PrintStream(lines, true));
    AgentStartup.checkTls(
        () -> {
          throw new NoClassDefFoundError("sun.security.ssl.X");
        },
        log);
    assertThat(lines.toString()).contains("sun.security.ssl.X", "the next connection retries");
  }

  @Test
  void doesNotStartOnAJvmWithoutTls13() {
    Log log = new Log(LogLevel.OFF, System.err);
    assertThatThrownBy(
            () ->
                AgentStartup.checkTls(
                    () -> {
                      throw new IOException("no TLS 1.3");
                    },
                    log))
        .hasMessage("no TLS 1.3");
  }
}
