package io.github.alloydbagent.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.NoEvents;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;

class BeansTest {
  private static final String URI = "projects/p/locations/l/clusters/c/instances/primary";
  private static final String NAME = "io.github.alloydbagent:name=\"" + URI + "\"";

  private final MBeanServer server = MBeanServerFactory.newMBeanServer();
  private final Instances instances = new Instances();
  private final Log log = new Log(LogLevel.OFF, System.err);

  @Test
  void aServerWithoutTheJvmsBeansIsNotThePlatformServer() {
    assertThat(Beans.find(Collections.singletonList(server), log)).isNull();
  }

  @Test
  void eachIdentityOfAnInstanceHasItsOwnName() throws Exception {
    InstanceStatus first = status();
    instances.add(first);
    instances.add(status());
    Beans beans = beans();
    beans.update(instances.all());
    assertThat(names())
        .containsExactly(
            "io.github.alloydbagent:identity=2,name=\"" + URI + "\",type=Instance",
            NAME + ",type=Instance");

    instances.remove(first);
    beans.update(instances.all());
    instances.add(status());
    beans.update(instances.all());

    assertThat(names()).hasSize(2);
  }

  @Test
  void hasOnlyOpenTypes() throws Exception {
    InstanceStatus status = status();
    status.connectFailed("TCP", "refused");
    instances.add(status);
    beans().update(instances.all());

    ObjectName name = new ObjectName(NAME + ",type=Instance");
    assertThat(server.getAttribute(name, "State")).isEqualTo("STARTING");
    assertThat(server.getAttribute(name, "LastError")).isEqualTo("refused");
    assertThat(server.getAttribute(name, "LastErrorCount")).isEqualTo(1L);
    assertThat(server.getAttribute(name, "LastErrorFirstTime"))
        .isEqualTo(server.getAttribute(name, "LastErrorTime"));
    assertThat(server.getAttribute(name, "Identity")).isEqualTo("1");
    assertThat(server.getAttribute(name, "Principal")).isEqualTo("app@p");
    TabularData stages = (TabularData) server.getAttribute(name, "ConnectFailuresByStage");
    assertThat(stages.get(new Object[] {"TCP"}).get("value")).isEqualTo(1L);
    assertThat(Arrays.asList(server.getMBeanInfo(name).getAttributes()))
        .hasSize(26)
        .allMatch(attribute -> !attribute.getType().contains("alloydb"));
  }

  @Test
  void aFailedOperationThrowsAnExceptionOfTheJdk() throws Exception {
    instances.add(status());
    beans().update(instances.all());

    assertThatThrownBy(
            () -> server.invoke(new ObjectName(NAME + ",type=Instance"), "reconnect", null, null))
        .isInstanceOf(RuntimeMBeanException.class)
        .cause()
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasNoCause()
        .hasMessage(
            "AlloyDB Agent: no tunnel was closed; refresh of %s failed: nothing refreshes %s yet",
            URI, URI);
  }

  private Beans beans() throws Exception {
    ObjectName runtime = new ObjectName("java.lang:type=Runtime");
    server.registerMBean(java.lang.management.ManagementFactory.getRuntimeMXBean(), runtime);
    return Beans.find(Collections.singletonList(server), log);
  }

  private Set<String> names() throws Exception {
    Set<String> names = new TreeSet<>();
    for (ObjectName name : server.queryNames(new ObjectName("io.github.alloydbagent:*"), null)) {
      names.add(name.getCanonicalName());
    }
    return names;
  }

  private static InstanceStatus status() {
    return NoEvents.status(URI, () -> "app@p", () -> 1_000_000);
  }
}
