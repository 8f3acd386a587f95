package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.net.NameLookup;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A proxy with TLS in front of an API with TLS; both have the same certificate. */
@Timeout(60)
class TlsProxyTest {
  private static final char[] STORE = "changeit".toCharArray();
  private static final String LOGIN = "user:p@ss";

  @TempDir static Path directory;
  private static SSLContext tls;
  private static File authority;
  private static File otherAuthority;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private ServerSocket proxy;
  private final CompletableFuture<byte[]> firstBytes = new CompletableFuture<>();
  private final CompletableFuture<String> head = new CompletableFuture<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    KeyStore keys = keys("localhost", "dns:localhost");
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, STORE);
    tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), null, null);
    authority = pem(keys, "localhost");
    otherAuthority = pem(keys("other", "dns:localhost"), "other");
  }

  @AfterAll
  static void forget() {
    tls = null;
  }

  private static KeyStore keys(String alias, String name) throws Exception {
    Path file = directory.resolve(alias + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + alias,
                "-ext",
                "san=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(STORE),
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, STORE);
    }
    return keys;
  }

  private static File pem(KeyStore keys, String alias) throws Exception {
    String text =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate(alias).getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    return Files.writeString(directory.resolve(alias + ".pem"), text).toFile();
  }

  @BeforeEach
  void listen() throws IOException {
    proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    threads.shutdownNow();
  }

  /**
   * Accepts one connection; records the bytes before TLS if the client sends no TLS, otherwise the
   * head of the request.
   */
  private void serve() {
    threads.execute(
        () -> {
          try (Socket client = proxy.accept()) {
            byte[] first = client.getInputStream().readNBytes(1);
            firstBytes.complete(first);
            if (first.length == 0 || first[0] != 22) {
              return;
            }
            SSLSocket secured =
                (SSLSocket)
                    tls.getSocketFactory()
                        .createSocket(client, new java.io.ByteArrayInputStream(first), true);
            secured.setUseClientMode(false);
            head.complete(head(secured.getInputStream()));
            secured
                .getOutputStream()
                .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            SSLSocket api =
                (SSLSocket) tls.getSocketFactory().createSocket(secured, (InputStream) null, true);
            api.setUseClientMode(false);
            api.startHandshake();
            api.getInputStream().read(); // until the client closes it
          } catch (IOException e) {
            head.completeExceptionally(e);
          }
        });
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private void connect(String host, @Nullable File authorities) throws IOException {
    Map<String, String> environment =
        Map.of("HTTPS_PROXY", "https://" + LOGIN + "@" + host + ":" + proxy.getLocalPort());
    Properties none = new Properties();
    HttpHost api = new HttpHost("https", "localhost", 443);
    ScheduledExecutorService timer = new VirtualTime().timer(); // no deadline expires
    try (CallDeadline call = new CallDeadline(api, 60_000, timer, Clock.SYSTEM)) {
      new ApiConnections(
              authorities,
              new Proxies(none, environment),
              new SocksProxies(none, environment),
              timer,
              new NameLookup(Runnable::run),
              Runnable::run,
              Clock.SYSTEM)
          .connect(api, 5_000, call)
          .close();
    }
  }

  @Test
  void receivesATunnelRequestOverTls() throws Exception {
    serve();
    connect("localhost", authority);
    assertThat(firstBytes.get()).as("a TLS record").containsExactly(22);
    assertThat(head.get())
        .startsWith("CONNECT localhost:443 HTTP/1.1\r\n")
        .contains(Base64.getEncoder().encodeToString(LOGIN.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void receivesNoPasswordWithAnUntrustedCertificate() {
    for (File other : new @Nullable File[] {otherAuthority, null}) {
      serve();
      assertThatThrownBy(() -> connect("localhost", other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("TLS with the HTTPS proxy localhost:" + proxy.getLocalPort())
          .hasMessageContaining("api-ca-file")
          .hasMessageNotContaining("p@ss");
      assertThatThrownBy(head::get).as("the request's head").hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void receivesNoPasswordWithACertificateForAnotherName() {
    serve();
    assertThatThrownBy(() -> connect("127.0.0.1", authority))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("TLS with the HTTPS proxy 127.0.0.1:" + proxy.getLocalPort());
    assertThatThrownBy(head::get).as("the request's head").hasCauseInstanceOf(IOException.class);
  }
}
