package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@AlloyDbTest
class CommandsTest {
  private static LocalAlloyDb alloyDb;
  private static HandMadeConnector connector;
  private static Commands commands;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder().user("app", "secret");
  }

  @BeforeAll
  static void start() throws Exception {
    connector = new HandMadeConnector(alloyDb);
    commands = new Commands(alloyDb);
  }

  @AfterEach
  void heal() {
    assertThat(commands.run("heal")).isEqualTo("done");
    commands.run("grant CLIENT");
  }

  @Test
  void makesCallsFail() throws Exception {
    assertThat(commands.run("fail connection-info 503 1")).isEqualTo("done");

    assertThat(info().statusCode()).isEqualTo(503);
    assertThat(info().statusCode()).isEqualTo(200);
  }

  @Test
  void healClearsFaults() throws Exception {
    commands.run("fail connection-info html");
    assertThat(info().body()).startsWith("<!DOCTYPE html>");

    commands.run("heal");
    assertThat(info().statusCode()).isEqualTo(200);
  }

  @Test
  void revokesARole() throws Exception {
    commands.run("revoke CLIENT");
    assertThat(info().statusCode()).isEqualTo(403);

    commands.run("grant CLIENT");
    assertThat(info().statusCode()).isEqualTo(200);
  }

  @Test
  void movesAnInstance() {
    String before = Objects.requireNonNull(alloyDb.instance("primary").addresses().privateIp());
    commands.run("move primary");

    assertThat(alloyDb.instance("primary").addresses().privateIp()).isNotEqualTo(before);
  }

  @Test
  void showsTheLogins() throws Exception {
    connector.connect(alloyDb.instance("primary"), false, "app", "secret").close();

    assertThat(commands.run("status"))
        .contains(" startup=")
        .contains("login instance=primary user=app auth=DB_NATIVE")
        .contains("tls=TLSv1.3")
        .contains("user-agent=hand-made/1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kill",
        "new-ca",
        "certificate-life 86400",
        "token-life 3600",
        "handshake primary certificate-refused 1",
        "exchange primary claim",
        "ssl-requests primary hang-up",
        "certificate primary wrong-address"
      })
  void acceptsValidCommand(String command) {
    assertThat(commands.run(command)).isEqualTo("done");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "explode",
        "move nowhere",
        "fail connection-info sometimes",
        "fail everything 503",
        "exchange primary politely",
        "token-life long"
      })
  void reportsAnInvalidCommand(String command) {
    assertThat(commands.run(command))
        .startsWith("\"" + command + "\" is not a valid command: ")
        .endsWith("\"help\" lists the commands");
  }

  @Test
  void reportsAMissingArgument() {
    assertThat(commands.run("exchange primary")).contains("lacks an argument");
  }

  private static HttpResponse<String> info() throws Exception {
    return connector.connectionInfo(
        connector.token(HandMadeConnector.CLOUD), alloyDb.instance("primary").name());
  }
}
