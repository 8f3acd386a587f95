package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Modifier;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BridgeTest {
  private static final Function<Object[], Object> AGENT = call -> "agent: " + call[0];

  @BeforeAll
  static void open() {
    AgentMain.open(AGENT);
  }

  /** Calls like the woven driver. */
  @Test
  void leadsToTheAgent() throws Exception {
    Object hooks = Bridge.class.getField("hooks").get(null);

    assertThat(hooks).isSameAs(AGENT);
  }

  @Test
  void cannotBeOpenedAgain() {
    Function<Object[], Object> other = call -> "somebody else";

    assertThatThrownBy(() -> Bridge.class.getField("hooks").set(null, other))
        .isInstanceOf(IllegalAccessException.class);
    assertThatThrownBy(() -> AgentMain.open(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the bridge was in use before the agent was loaded");
    assertThat(Bridge.hooks).isSameAs(AGENT);
  }

  @Test
  void exposesNothingElse() throws Exception {
    assertThat(Bridge.class.getConstructors()).isEmpty();
    assertThat(Bridge.class.getFields()).hasSize(1);
    assertThat(Bridge.class.getDeclaredMethods()).noneMatch(m -> !m.isSynthetic());
    assertThat(AgentMain.class.getDeclaredMethod("open", Function.class).getModifiers())
        .matches(modifiers -> !Modifier.isPublic(modifiers));
  }
}
