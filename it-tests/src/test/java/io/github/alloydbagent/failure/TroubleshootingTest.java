package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.failure.SourceTexts.Text;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page and the code agree, both ways, about the messages that there are. */
class TroubleshootingTest {

  /** Files with texts that are no messages, and what they are. */
  private static final Map<String, String> NO_MESSAGES =
      Map.of(
          "config/setting/KnownSettings.java", "the settings' meanings: docs/configuration.md",
          "web/Metrics.java", "the metrics' descriptions: docs/operations.md",
          "web/StatusPage.java", "the page's markup",
          "jfr/RecorderEvents.java", "the events' descriptions");

  /** Ends and parts of messages: whoever has them has a phrase of the page before them. */
  private static final List<String> PARTS =
      List.of(
          " The token was not accepted: check that the credentials are those of this environment.",
          " Grant … and roles/serviceusage.serviceUsageConsumer to … in the instance's project, and check that the project is spelled right and has the AlloyDB API enabled.",
          " Check the spelling of location, cluster and instance.",
          " The project's request quota is used up for now.",
          "the connection info of …",
          "a client certificate for …",
          "the principal of …",
          "an unknown host",
          "the mapped host …:…",
          "… (of a jar that is not known)",
          "AlloyDB Agent: …… failed: …",
          "it has …. Set ip-type to one that it has.",
          "Check that … can be reached…",
          "Check that this address is the Admin API's (api-endpoint) and can be reached from here.",
          "Check that the token server of … can be reached…",
          "Check that this machine's DNS has that name: for Private Service Connect that takes a private zone with a record of it. Or choose another address with ip-type.",
          "the Admin API",
          "… Or no AlloyDB listens there. …",
          "Check that … has roles/alloydb.databaseUser and roles/alloydb.client in the instance's project, and is a database user (of type IAM) of the cluster.",
          "Check that … has roles/alloydb.client in the instance's project.",
          "…no connection to …: ",
          "host …, which is mapped to …",
          "What is asked for here can be seen there through JMX, too, or with http-port (docs/operations.md).",
          "Set iam-user=auto, in the place of iam-user=….",
          " (the nearest is …)",
          "Fix the cause, or remove the -javaagent flag.",
          "connection info is being fetched",
          "no connection info");

  /** What commands and JMX's operations answer, and the log tells, where all is well. */
  private static final List<String> ANSWERS =
      List.of(
          "The agent is on JVM … (…).",
          "failed, and tried again until the time is over",
          "AlloyDB Agent for Java …",
          "The agent is switched off, and looks at nothing else.",
          "the server agreed, as …",
          "for the API and for login, as …",
          "TLS 1.3, mutual; the server's certificate is the cluster's, for this address",
          "connection info and client certificate",
          "connection info and client certificate, anew",
          "lets in without a password…",
          "asks for a password (…)…",
          "authentication of kind …",
          "1 host is mapped: …",
          "… hosts are mapped",
          "connection info is new; certificate valid until …",
          "connection info is new; tunnels that were closed: …",
          "mistakes in its settings: no connection is opened",
          "could not start",
          "nothing to do",
          "Class … does not resemble a PostgreSQL driver's: unchanged",
          "q ends this",
          "(… more lines have no room here)",
          "the agent on …",
          ", nothing to do",
          ", could not start",
          "The agent there …",
          "No instance yet…",
          "opens no connection. …",
          "(no host now)",
          "… has ended.",
          "the agent is still starting",
          "; certificate valid until …",
          "Driver …: new streams guarded: …, not guarded: …, negotiations of encryption woven: …");

  /** Names, places and formats, which are put into messages. */
  private static final List<String> VALUES =
      List.of(
          "service account key",
          "a person's login",
          "Application Default Credentials",
          "for all instances",
          "beside the jar",
          "the agent's jar",
          "an OAuth access token: printable ASCII without spaces",
          "a name: printable ASCII without spaces",
          "terms, not shown",
          "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
          "BEGIN RSA PRIVATE KEY",
          "BEGIN PRIVATE KEY",
          "^AlloyDB Agent: the");

  /** What others say: the JDK, whose messages are looked for or repeated. */
  private static final List<String> OF_OTHERS =
      List.of(
          "Dynamic agent loading is not enabled",
          "does not support the attach mechanism",
          "target process not responding",
          "No appropriate protocol",
          "no negotiable cipher suite",
          "Socket closed",
          "Too many open files");

  /** What only a fault of the agent's own could show. */
  private static final List<String> FAULTS =
      List.of(
          "could not …: …",
          "no value of …",
          "no value",
          "no value within … ms",
          "no token",
          "lists are never invalid",
          "no answer in … s",
          "no address",
          "ended at its deadline",
          "a client verifies no clients",
          "the agent's threads have ended",
          "the agent is starting",
          "not a class file",
          "a class file that ends early");

  private static final Set<String> NEED_NO_ENTRY =
      Stream.of(PARTS, ANSWERS, VALUES, OF_OTHERS, FAULTS)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private static List<Text> texts;

  @BeforeAll
  static void read() throws IOException {
    texts = SourceTexts.all();
  }

  @Test
  void everyMessageOfThePageIsTheAgents() {
    assertThat(Troubleshooting.phrases()).hasSizeGreaterThan(100);
    for (String phrase : Troubleshooting.phrases()) {
      assertThat(Troubleshooting.fixedParts(phrase))
          .as(phrase)
          .isNotEmpty()
          .allMatch(part -> texts.stream().anyMatch(text -> text.words().contains(part)));
    }
  }

  @Test
  void everyMessageOfTheAgentIsOnThePage() {
    List<Text> messages =
        texts.stream()
            .filter(Text::said)
            .filter(text -> !NO_MESSAGES.containsKey(text.file()))
            .filter(text -> !NEED_NO_ENTRY.contains(text.words()))
            .toList();

    assertThat(messages).hasSizeGreaterThan(150);
    assertThat(messages)
        .filteredOn(text -> !Troubleshooting.mentions(text.words()))
        .as("messages that docs/troubleshooting.md lacks")
        .isEmpty();
  }

  @Test
  void whatNeedsNoEntryIsThere() {
    assertThat(texts).extracting(Text::words).containsAll(NEED_NO_ENTRY);
    assertThat(texts).extracting(Text::file).containsAll(NO_MESSAGES.keySet());
  }

  @Test
  void aMessageThatThePageLacksIsNoticed() {
    assertThat(Troubleshooting.knows("the moon is full")).isFalse();
    assertThat(Troubleshooting.knows("x answered HTTP 403 when asked")).isTrue();
    assertThat(Troubleshooting.knows("the instance has no PSC address; it has none")).isTrue();
  }
}
