package io.github.alloydbagent.bench;

import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * stunnel as a TLS client with a client certificate, in front of the instance: a separate process
 * between the application and the server, like the Auth Proxy.
 */
final class Sidecar implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final Process process;
  private final int port;

  /**
   * Starts stunnel.
   *
   * @param directory the directory of {@link PreparedCertificate#writePem}, which it may write to
   * @param instance the instance; a handshake there shows that stunnel is ready
   */
  Sidecar(Path program, Path directory, LocalInstance instance)
      throws IOException, InterruptedException {
    String address = instance.addresses().privateIp();
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket probe = new ServerSocket(0, 1, here)) {
      port = probe.getLocalPort();
    }
    Path configuration = directory.resolve("stunnel.conf");
    Files.writeString(
        configuration,
        """
        foreground = yes
        pid =
        debug = warning
        socket = l:TCP_NODELAY=1
        socket = r:TCP_NODELAY=1
        [alloydb]
        client = yes
        accept = 127.0.0.1:%d
        connect = %s:5433
        cert = %s
        key = %s
        CAfile = %s
        verifyChain = yes
        checkIP = %s
        sslVersion = TLSv1.3
        """
            .formatted(
                port,
                address,
                directory.resolve("chain.pem"),
                directory.resolve("key.pem"),
                directory.resolve("ca.pem"),
                address));
    Path log = directory.resolve("stunnel.log");
    process =
        new ProcessBuilder(program.toString(), configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long before = instance.count(Served.HANDSHAKE);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    boolean listens = false;
    while (instance.count(Served.HANDSHAKE) == before || instance.openConnections() > 0) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        close();
        throw new IOException("stunnel accepts no connections: " + Files.readString(log));
      }
      listens = listens || listens(here); // exactly one connection
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
  }

  /** Returns the program, if this machine has it. */
  static Optional<Path> program() {
    return Stream.of((System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin").split(":"))
        .map(directory -> new File(directory, "stunnel"))
        .filter(File::canExecute)
        .map(File::toPath)
        .findFirst();
  }

  /** Returns the version that it reports: {@code stunnel 5.68 on ...}. */
  static String version(Path program) throws IOException, InterruptedException {
    Process asked =
        new ProcessBuilder(List.of(program.toString(), "-version"))
            .redirectErrorStream(true)
            .start();
    asked.getOutputStream().close();
    String output = new String(asked.getInputStream().readAllBytes());
    asked.waitFor();
    return output
        .lines()
        .filter(line -> line.contains("stunnel "))
        .map(line -> line.replaceAll(".*(stunnel \\S+).*", "$1"))
        .findFirst()
        .orElse("stunnel");
  }

  private boolean listens(InetAddress here) {
    try (Socket probe = new Socket(here, port)) {
      return probe.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
