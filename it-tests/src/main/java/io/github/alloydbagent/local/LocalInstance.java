package io.github.alloydbagent.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An instance: its addresses, its server-side proxy, and its faults. Thread-safe; a change applies
 * to later connections.
 */
public final class LocalInstance implements AutoCloseable {
  private final LocalCluster cluster;
  private final ResourceName resource;
  private final String uid = UUID.randomUUID().toString();
  private final Counts counts;
  private final Trouble<HandshakeFault> handshakeTrouble = new Trouble<>();
  private final Trouble<ExchangeFault> exchangeTrouble = new Trouble<>();
  // tests record up to 100,000 exchanges: adding must take constant time
  private final List<Exchange> exchanges = Collections.synchronizedList(new ArrayList<>());
  private final List<Login> logins = Collections.synchronizedList(new ArrayList<>());
  private final ServerSideProxy proxy;
  private volatile SslAnswer sslAnswer = SslAnswer.NO;
  private volatile boolean asksForPasswordsAlways;
  private volatile boolean readOnly;
  private volatile Addresses addresses = Addresses.NONE;
  private volatile @Nullable Set<String> certificateNames;
  private volatile @Nullable CertificateAuthority foreignAuthority;
  private volatile @Nullable CertificateFault certificateFault;
  private volatile TlsIdentity identity;

  LocalInstance(LocalCluster cluster, String shortName, Backend backend, Counts all) {
    this.cluster = cluster;
    this.resource = cluster.resource().instance(shortName);
    this.counts = new Counts(all);
    this.identity =
        new TlsIdentity(
            cluster.authority().issueServer(shortName, Set.of()),
            cluster.authority(),
            Duration.ZERO);
    this.proxy = new ServerSideProxy(this, backend, counts);
  }

  /** Returns {@code projects/P/locations/L/clusters/C/instances/I}. */
  public String name() {
    return resource.toString();
  }

  /**
   * Returns the last part of the name. Sessions have it in the setting {@code
   * local_alloydb.instance}.
   */
  public String shortName() {
    return resource.instance();
  }

  /** Returns the API's {@code instanceUid}. */
  public String uid() {
    return uid;
  }

  /** Returns the current addresses. */
  public Addresses addresses() {
    return addresses;
  }

  /**
   * Changes the addresses, for example {@code i.move(a -> a.withPublicIp(null))}. The instance
   * listens on the new addresses, adds them to its certificate and to the API's responses, and
   * stops listening on the old ones. Open connections remain open.
   *
   * @throws UncheckedIOException if it cannot listen on one of them
   */
  public synchronized void move(UnaryOperator<Addresses> change) {
    Addresses after = change.apply(addresses);
    Set<String> both = new HashSet<>(addresses.listening());
    both.addAll(after.listening());
    listenAt(both); // publish the addresses only after the proxy listens on them
    addresses = after;
    renewCertificate();
    listenAt(after.listening());
  }

  private void listenAt(Set<String> listening) {
    try {
      proxy.listenAt(listening);
    } catch (IOException e) {
      throw new UncheckedIOException(name() + " cannot listen at " + listening, e);
    }
  }

  /** Presents a certificate for these names instead of the instance's addresses. */
  public synchronized void showCertificateFor(String... names) {
    certificateNames = Set.of(names);
    renewCertificate();
  }

  /** Presents a certificate of an authority other than the cluster's. */
  public synchronized void showCertificateOfAnotherAuthority() {
    foreignAuthority = new CertificateAuthority("another");
    renewCertificate();
  }

  /** Presents a certificate of the cluster's authority with another defect. */
  public synchronized void showFaultyCertificate(CertificateFault fault) {
    certificateFault = fault;
    renewCertificate();
  }

  /** Presents the correct certificate again. */
  public synchronized void showRightCertificate() {
    certificateFault = null;
    certificateNames = null;
    foreignAuthority = null;
    renewCertificate();
  }

  synchronized void renewCertificate() {
    Set<String> names = certificateNames;
    CertificateAuthority foreign = foreignAuthority;
    CertificateAuthority issuer = foreign == null ? cluster.authority() : foreign;
    CertificateFault fault = certificateFault;
    Set<String> shown = names == null ? addresses.names() : names;
    identity =
        new TlsIdentity(
            fault == null
                ? issuer.issueServer(shortName(), shown)
                : issuer.issueFaultyServer(shown, fault),
            cluster.authority(),
            cluster.clockAhead());
  }

  TlsIdentity identity() {
    return identity;
  }

  LocalCluster cluster() {
    return cluster;
  }

  /** Returns the faults of handshakes. */
  public Trouble<HandshakeFault> handshakeTrouble() {
    return handshakeTrouble;
  }

  /** Returns the faults of metadata exchanges. */
  public Trouble<ExchangeFault> exchangeTrouble() {
    return exchangeTrouble;
  }

  /** Sets the response to requests for TLS inside the tunnel, initially {@link SslAnswer#NO}. */
  public void answerSslRequests(SslAnswer answer) {
    sslAnswer = answer;
  }

  SslAnswer sslAnswer() {
    return sslAnswer;
  }

  /** Sets whether sessions are read-only, as those of a read pool are. */
  public void readOnly(boolean only) {
    readOnly = only;
  }

  boolean isReadOnly() {
    return readOnly;
  }

  /** Sets whether the database requests a password even from clients that use IAM login. */
  public void askForPasswordsAlways(boolean always) {
    asksForPasswordsAlways = always;
  }

  boolean asksForPasswordsAlways() {
    return asksForPasswordsAlways;
  }

  /** Stops listening and resets open connections, as a server restart does. */
  public synchronized void stop() {
    try {
      proxy.listenAt(Set.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    proxy.kill();
  }

  /** Listens again after {@link #stop}. */
  public synchronized void start() {
    move(addresses -> addresses);
  }

  /** Returns the time on the server's clock. */
  Instant now() {
    return Instant.now().plus(cluster.clockAhead());
  }

  /** Resets all open connections, including those in a handshake. */
  public void killConnections() {
    proxy.kill();
  }

  /** Returns the number of open connections. */
  public int openConnections() {
    return proxy.open();
  }

  /** Returns how often an event occurred at this instance, except API calls. */
  public long count(Served served) {
    return counts.of(served);
  }

  /** Returns the metadata exchanges, oldest first. */
  public List<Exchange> exchanges() {
    return List.of(exchanges.toArray(Exchange[]::new));
  }

  /** Returns the startup messages, oldest first. */
  public List<Login> logins() {
    return List.of(logins.toArray(Login[]::new));
  }

  void record(Exchange exchange) {
    exchanges.add(exchange);
  }

  void record(Login login) {
    logins.add(login);
  }

  /** Stops listening and resets open connections. */
  @Override
  public void close() {
    proxy.close();
  }
}
