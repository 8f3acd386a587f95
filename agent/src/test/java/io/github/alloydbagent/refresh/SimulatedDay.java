package io.github.alloydbagent.refresh;

import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Simulates a day of refreshes in seconds. {@code mvn -Pbench verify} runs it as a program: {@code
 * SimulatedDay CLUSTERS INSTANCES_PER_CLUSTER}. Everything except the clock and the responses of
 * the Admin API is the agent's code; the time for creating the responses is not counted.
 */
@SuppressWarnings("JavaUtilDate") // the provider that creates certificates
public final class SimulatedDay {
  private static final long HOUR = 3_600_000;
  private static final X500Name AUTHORITY = new X500Name("CN=authority");

  private final VirtualTime time = new VirtualTime();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final KeyPair authority;
  private int addresses;
  private int certificates;
  private long responseNanos;

  private SimulatedDay() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    authority = generator.generateKeyPair();
  }

  public static void main(String[] arguments) throws Exception {
    new SimulatedDay().run(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
  }

  private void run(int clusters, int instances) throws IOException {
    MockHttpTransport transport = new Transport();
    Identity identity =
        TestIdentity.of(
            TestSettings.identity("access-token", "token-of-the-day"), () -> transport, time);
    AdminApi api = new AdminApi(() -> transport, "https://api", identity, "day/1");
    CompletableFuture<ClientKey> key = CompletableFuture.completedFuture(ClientKey.generate());
    Jitter jitter = new Jitter(new Random(4711)::nextDouble);
    List<ConnectionInfoCache> all = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      ClusterCertificate certificate =
          new ClusterCertificate(
              name(c, 0), api, identity, () -> key, time.timer(), Runnable::run, time, jitter);
      for (int i = 0; i < instances; i++) {
        all.add(
            new ConnectionInfoCache(
                NoEvents.status("i", identity::principal, time::wallMillis),
                false,
                new ConnectionInfoFetch(
                    name(c, i), api, identity, certificate, Runnable::run, time),
                time.timer(),
                time,
                jitter,
                new Log(LogLevel.OFF, System.err)));
      }
    }
    all.forEach(ConnectionInfoCache::start);
    time.advance(HOUR); // the first fetches warm up and are not part of the day
    int addressesBefore = addresses;
    int certificatesBefore = certificates;
    responseNanos = 0;
    long start = threads.getCurrentThreadCpuTime();
    for (int hour = 0; hour < 24; hour++) {
      time.advance(HOUR);
      for (ConnectionInfoCache each : all) {
        each.get(Deadline.inMillis(0, time)); // must be available without waiting
      }
    }
    long nanos = threads.getCurrentThreadCpuTime() - start - responseNanos;
    double mapped = clusters * (double) instances;
    System.out.println("figure day.addresses " + (addresses - addressesBefore) / mapped);
    System.out.println("figure day.certificates " + (certificates - certificatesBefore) / mapped);
    System.out.println(
        "figure day.calls "
            + (addresses - addressesBefore + certificates - certificatesBefore) / mapped);
    System.out.println("figure day.cpu " + nanos / 1e6 / mapped);
  }

  private static InstanceName name(int cluster, int instance) {
    return InstanceName.parse(
        "projects/p/locations/l/clusters/c" + cluster + "/instances/i" + instance);
  }

  /** A minimal Admin API. */
  private final class Transport extends MockHttpTransport {
    @Override
    public MockLowLevelHttpRequest buildRequest(String method, String url) {
      return new MockLowLevelHttpRequest(url) {
        @Override
        public MockLowLevelHttpResponse execute() throws IOException {
          long start = threads.getCurrentThreadCpuTime();
          try {
            return new MockLowLevelHttpResponse()
                .setContentType("application/json")
                .setContent(answer(url, getContentAsString()).toString());
          } catch (Exception e) {
            throw new IOException(e);
          } finally {
            responseNanos += threads.getCurrentThreadCpuTime() - start;
          }
        }
      };
    }
  }

  private JsonObject answer(String url, String request) throws Exception {
    JsonObject answer = new JsonObject();
    if (url.endsWith("/connectionInfo")) {
      addresses++;
      answer.addProperty("ipAddress", "10.0.0.1");
      return answer;
    }
    certificates++;
    String key = JsonParser.parseString(request).getAsJsonObject().get("publicKey").getAsString();
    JsonArray chain = new JsonArray();
    try (PEMParser parser = new PEMParser(new StringReader(key))) {
      chain.add(issue((SubjectPublicKeyInfo) parser.readObject(), new X500Name("CN=client")));
    }
    String root =
        issue(SubjectPublicKeyInfo.getInstance(authority.getPublic().getEncoded()), AUTHORITY);
    chain.add(root);
    answer.add("pemCertificateChain", chain);
    answer.addProperty("caCert", root);
    return answer;
  }

  private String issue(SubjectPublicKeyInfo key, X500Name subject) throws Exception {
    X509CertificateHolder issued =
        new X509v3CertificateBuilder(
                AUTHORITY,
                BigInteger.valueOf(certificates),
                new Date(time.wallMillis()),
                new Date(time.wallMillis() + HOUR),
                subject,
                key)
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate()));
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(issued);
    }
    return text.toString();
  }
}
