package io.github.alloydbagent.local;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Serves one connection to the server-side proxy: TLS with a client certificate, the metadata
 * exchange, and PostgreSQL's startup, which selects how the proxy connects to the database.
 */
final class ProxyConnection {
  /**
   * Limits everything before the session; longer than any client that follows the protocol needs.
   */
  private static final int STARTUP_TIMEOUT_MILLIS = 60_000;

  /** Alert, TLS 1.2 record, two bytes: fatal handshake_failure (RFC 8446, section 6). */
  private static final byte[] HANDSHAKE_FAILURE = {0x15, 3, 3, 0, 2, 2, 40};

  private final Socket raw;
  private final LocalInstance instance;
  private final Backend backend;
  private final Counts counts;
  private volatile @Nullable SocketChannel database;

  ProxyConnection(Socket raw, LocalInstance instance, Backend backend, Counts counts) {
    this.raw = raw;
    this.instance = instance;
    this.backend = backend;
    this.counts = counts;
  }

  /** Serves the connection until it ends; the executor runs the direction to the client. */
  void run(Executor threads) {
    counts.add(Served.DIAL);
    try (raw) {
      raw.setSoTimeout(STARTUP_TIMEOUT_MILLIS);
      raw.setTcpNoDelay(true);
      HandshakeFault fault = instance.handshakeTrouble().take();
      if (fault == null
          || fault == HandshakeFault.CERTIFICATE_REFUSED
          || fault == HandshakeFault.OUTDATED) {
        serve(fault, threads);
      } else {
        counts.add(Served.HANDSHAKE_REFUSED);
        refuse(fault);
      }
    } catch (IOException e) {
      // the client failed or kill() was called; either way the connection is over, and the counts
      // show how far it got
    } finally {
      closeDatabase();
    }
  }

  /** Resets the connection in both directions, without a close_notify alert. */
  void kill() {
    try {
      raw.setSoLinger(true, 0);
      raw.close();
    } catch (IOException e) {
      // already closed
    }
    closeDatabase();
  }

  private void closeDatabase() {
    SocketChannel open = database;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // closed despite the failure
      }
    }
  }

  private void refuse(HandshakeFault fault) throws IOException {
    if (fault == HandshakeFault.HANG_UP) {
      return;
    }
    InputStream in = raw.getInputStream();
    byte[] hello = in.readNBytes(5);
    if (hello.length == 5) {
      in.readNBytes(((hello[3] & 0xff) << 8) | (hello[4] & 0xff));
    }
    if (fault == HandshakeFault.ALERT) {
      raw.getOutputStream().write(HANDSHAKE_FAILURE);
    } else if (fault == HandshakeFault.RESET) {
      kill();
    } else {
      in.readAllBytes();
    }
  }

  private void serve(@Nullable HandshakeFault fault, Executor threads) throws IOException {
    boolean refuseCertificate = fault == HandshakeFault.CERTIFICATE_REFUSED;
    TlsIdentity identity = instance.identity();
    try (SSLSocket tls =
        (SSLSocket) identity.context().getSocketFactory().createSocket(raw, null, true)) {
      tls.setEnabledProtocols(
          new String[] {fault == HandshakeFault.OUTDATED ? "TLSv1.2" : "TLSv1.3"});
      tls.setNeedClientAuth(true);
      if (refuseCertificate) {
        identity.verification().refuse(tls);
      }
      X509Certificate client;
      try {
        tls.startHandshake();
        client = (X509Certificate) tls.getSession().getPeerCertificates()[0];
        // a resumed session does not verify the client certificate again
        client.checkValidity(Date.from(instance.now()));
        if (refuseCertificate) {
          throw new CertificateException("the resumed session must be refused");
        }
      } catch (IOException | CertificateException e) {
        counts.add(Served.HANDSHAKE_REFUSED);
        return;
      }
      counts.add(Served.HANDSHAKE);
      boolean resumed = !identity.verification().wasAsked(tls);
      if (client.getSubjectX500Principal().getName().contains(LocalCluster.EXCHANGE_MARK)) {
        Exchange exchange =
            new MetadataExchange(instance, backend, counts)
                .serve(tls, resumed, client, new DataInputStream(tls.getInputStream()));
        if (exchange != null) {
          session(tls, exchange, threads);
        }
      } else {
        // a certificate without the mark uses the protocol from before the metadata exchange
        // existed
        new Pump(connect(backend.postgres().dial()), tls).run(threads);
      }
    }
  }

  private void session(SSLSocket tls, Exchange exchange, Executor threads) throws IOException {
    DataInputStream in = new DataInputStream(tls.getInputStream());
    OutputStream out = tls.getOutputStream();
    while (true) {
      StartupPacket packet = StartupPacket.read(in);
      switch (packet.code()) {
        case StartupPacket.GSS_REQUEST -> out.write('N');
        case StartupPacket.SSL_REQUEST -> {
          counts.add(Served.SSL_REQUEST);
          switch (instance.sslAnswer()) {
            case NO -> out.write('N');
            case HANG_UP -> {
              return;
            }
            case YES -> {
              out.write('S');
              session(nested(tls), exchange, threads);
              return;
            }
          }
        }
        case StartupPacket.CANCEL_REQUEST -> {
          counts.add(Served.CANCEL);
          backend.postgres().cancel(packet);
          return;
        }
        default -> {
          startup(tls, exchange, packet, threads);
          return;
        }
      }
    }
  }

  private SSLSocket nested(SSLSocket outer) throws IOException {
    SSLSocket inner =
        (SSLSocket)
            instance.identity().context().getSocketFactory().createSocket(outer, null, true);
    inner.startHandshake();
    return inner;
  }

  private void startup(SSLSocket tls, Exchange exchange, StartupPacket packet, Executor threads)
      throws IOException {
    counts.add(Served.STARTUP);
    instance.record(new Login(exchange, packet.user(), packet.database()));
    String identity = ServiceAccount.databaseUser(exchange.principal());
    boolean iamLogin = exchange.autoIam() && !instance.asksForPasswordsAlways();
    if (iamLogin && !identity.equals(packet.user())) {
      counts.add(Served.STARTUP_REFUSED);
      tls.getOutputStream()
          .write(
              PostgresError.fatal(
                  PostgresError.INVALID_AUTHORIZATION,
                  "IAM authentication failed for user \""
                      + packet.user()
                      + "\": the token is that of \""
                      + identity
                      + "\""));
      return;
    }
    PostgresServer postgres = backend.postgres();
    SocketChannel channel = connect(iamLogin ? postgres.dialTrusted() : postgres.dial());
    Pump.write(channel, packet.with(settings(exchange)).bytes());
    new Pump(channel, tls).run(threads);
  }

  /** Returns settings that show the session's route: {@code SHOW local_alloydb.instance}. */
  private Map<String, String> settings(Exchange exchange) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("local_alloydb.instance", instance.shortName());
    settings.put("local_alloydb.address", exchange.address());
    settings.put("local_alloydb.tls", exchange.tlsVersion());
    settings.put("local_alloydb.auth", exchange.autoIam() ? "AUTO_IAM" : "DB_NATIVE");
    settings.put("local_alloydb.principal", exchange.principal());
    settings.put("local_alloydb.certificate", exchange.clientCertificate());
    settings.put("local_alloydb.scopes", String.join(" ", exchange.scopes()));
    if (instance.isReadOnly()) {
      settings.put("default_transaction_read_only", "on");
    }
    return settings;
  }

  private SocketChannel connect(SocketChannel channel) throws IOException {
    database = channel;
    if (raw.isClosed()) {
      channel.close();
    }
    raw.setSoTimeout(0);
    return channel;
  }
}
