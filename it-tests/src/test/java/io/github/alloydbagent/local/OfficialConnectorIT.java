package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks the simulator with Google's own published connector, in a separate JVM. */
@AlloyDbTest
class OfficialConnectorIT {
  private static final String IAM_USER = ServiceAccount.databaseUser(LocalAlloyDbBuilder.ACCOUNT);

  private static LocalAlloyDb alloyDb;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary")
        .instance("reads", a -> a.withPrivateIp(null).withPublicIp(Addresses.free()))
        .instance("psc", a -> a.withPrivateIp(null).withPsc("psc.alloydb-psc.example."))
        .user("app", "secret");
  }

  @Test
  void logsInWithAPassword() throws Exception {
    assertThat(probe("primary", "PRIVATE", false, "app", "secret").checkSucceeded().outLines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("query: ok: app at postgres"),
            line -> assertThat(line).startsWith("cancel: ok: ERROR: canceling statement"));

    Exchange exchange = lastLogin("primary").exchange();
    assertThat(exchange.userAgent()).startsWith("alloydb-java-connector/1.4.0");
    assertThat(exchange.tlsVersion()).isEqualTo("TLSv1.3");
    assertThat(exchange.principal()).isEqualTo(LocalAlloyDbBuilder.ACCOUNT);
    assertThat(exchange.autoIam()).isFalse();
    assertThat(alloyDb.instance("primary").count(Served.CANCEL)).isPositive();
  }

  @Test
  void logsInByIam() throws Exception {
    assertThat(probe("primary", "PRIVATE", true, IAM_USER, "-").checkSucceeded().outLines())
        .first()
        .asString()
        .startsWith("query: ok: " + IAM_USER + " at postgres");
    assertThat(lastLogin("primary").exchange().autoIam()).isTrue();
  }

  @Test
  void connectsToAPublicAddress() throws Exception {
    probe("reads", "PUBLIC", false, "app", "secret").checkSucceeded();

    assertThat(lastLogin("reads").exchange().address())
        .isEqualTo(alloyDb.instance("reads").addresses().publicIp());
  }

  @Test
  void connectsToAPrivateServiceConnectName() throws Exception {
    probe("psc", "PSC", false, "app", "secret").checkSucceeded();

    assertThat(lastLogin("psc").exchange().address())
        .isEqualTo(alloyDb.instance("psc").addresses().pscIp());
  }

  @Test
  void failsWithoutPermission() throws Exception {
    alloyDb.permissions().revoke(LocalAlloyDbBuilder.ACCOUNT, IamRole.CLIENT);
    try {
      assertThat(probe("primary", "PRIVATE", false, "app", "secret").checkFailed().out())
          .contains("PERMISSION_DENIED: Permission 'alloydb.");
    } finally {
      alloyDb.permissions().grant(LocalAlloyDbBuilder.ACCOUNT, IamRole.CLIENT);
    }
  }

  @Test
  void usesTheMetadataServerOfAVirtualMachine() throws Exception {
    long tokens = alloyDb.count(Served.METADATA_TOKEN);
    connector("primary", "PRIVATE", true, IAM_USER, "-")
        .environment(alloyDb.metadataEnvironment())
        .run()
        .checkSucceeded();

    assertThat(alloyDb.count(Served.METADATA_TOKEN)).isGreaterThan(tokens);
    assertThat(lastLogin("primary").exchange().principal()).isEqualTo(LocalAlloyDbBuilder.ACCOUNT);
  }

  private static JvmResult probe(
      String instance, String ipType, boolean iam, String user, String password) throws Exception {
    return connector(instance, ipType, iam, user, password)
        .environment(alloyDb.environment())
        .run();
  }

  /** Returns a JVM with only the connector, its driver and the program. */
  private static Jvm connector(
      String instance, String ipType, boolean iam, String user, String password) throws Exception {
    String url =
        "jdbc:postgresql:///postgres?socketFactory=com.google.cloud.alloydb.SocketFactory"
            + "&alloydbInstanceName="
            + alloyDb.instance(instance).name()
            + "&alloydbAdminServiceEndpoint="
            + alloyDb.grpcEndpoint()
            + "&alloydbIpType="
            + ipType
            + "&alloydbEnableIAMAuth="
            + iam;
    List<String> arguments = new ArrayList<>(List.of(url, user, password, "query"));
    if (instance.equals("primary") && !iam) {
      arguments.add("cancel");
    }
    return Jvm.of(Jdk.running())
        .property("javax.net.ssl.trustStore", alloyDb.endpointTrustStore().toString())
        .property("javax.net.ssl.trustStoreType", "JKS")
        .property("jdk.net.hosts.file", alloyDb.hostsFile().toString())
        .classPath(Built.apps())
        .classPath(Built.tool("official-connector"))
        .main("apps.JdbcProbe", arguments.toArray(String[]::new));
  }

  private static Login lastLogin(String instance) {
    List<Login> logins = alloyDb.instance(instance).logins();
    return logins.get(logins.size() - 1);
  }
}
