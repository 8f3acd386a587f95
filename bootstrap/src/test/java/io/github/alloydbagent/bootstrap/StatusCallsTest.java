package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusCallsTest {
  private final List<String> calls = new ArrayList<>();

  @AfterEach
  void forget() {
    System.clearProperty("alloydb-agent.jar");
    System.clearProperty("alloydb-agent.asked");
  }

  @Test
  void ignoresTheArgumentsOfAnAgent() {
    assertThat(StatusCalls.isHandled(null)).isFalse();
    assertThat(StatusCalls.isHandled("instances=a=projects/p")).isFalse();
  }

  /** A status call never starts an agent. */
  @Test
  void recognizesACallWithoutARunningAgent() {
    assertThat(StatusCalls.isHandled("status-to=4711:a:b")).isTrue();
  }

  @Test
  void passesTheCallToTheAgentAndCountsIt() {
    StatusCalls.setHandler(calls::add, new File("/opt/alloydb-agent.jar"));
    assertThat(System.getProperty("alloydb-agent.jar"))
        .isEqualTo(new File("/opt/alloydb-agent.jar").getPath());
    assertThat(System.getProperty("alloydb-agent.asked")).isNull();

    assertThat(StatusCalls.isHandled("status-to=4711:a:b")).isTrue();

    assertThat(calls).containsExactly("4711:a:b");
    assertThat(System.getProperty("alloydb-agent.asked")).matches("\\d+");
  }
}
