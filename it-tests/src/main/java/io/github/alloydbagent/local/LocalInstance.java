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
 * An instance: its addresses, its server-side proxy, and what goes wrong there. Can be changed from
 * any thread; what is changed holds for the connections that come then.
 */
public final class LocalInstance implements AutoCloseable {
  private final LocalCluster cluster;
  private final ResourceName resource;
  private final String uid = UUID.randomUUID().toString();
  private final Counts counts;
  private final Trouble<HandshakeFault> handshakeTrouble = new Trouble<>();
  private final Trouble<ExchangeFault> exchangeTrouble = new Trouble<>();
  // there can be a hundred thousand: adding must not take longer the more there are
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

  /** {@code projects/P/locations/L/clusters/C/instances/I}. */
  public String name() {
    return resource.toString();
  }

  /** The last part of the name. Sessions show it as the setting {@code local_alloydb.instance}. */
  public String shortName() {
    return resource.instance();
  }

  /** What the API calls {@code instanceUid}. */
  public String uid() {
    return uid;
  }

  /** Where it is reached. */
  public Addresses addresses() {
    return addresses;
  }

  /**
   * Gives the instance other addresses, for example {@code i.move(a -> a.withPublicIp(null))}: it
   * listens at them, shows them in its certificate and in the API's answers, and listens no more
   * where it did. Open connections stay.
   *
   * @throws UncheckedIOException if it cannot listen at one of them
   */
  public synchronized void move(UnaryOperator<Addresses> change) {
    Addresses after = change.apply(addresses);
    Set<String> both = new HashSet<>(addresses.listening());
    both.addAll(after.listening());
    listenAt(both); // what the API says from here on is where it listens already
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

  /** Shows a certificate for these names in place of the instance's own addresses. */
  public synchronized void showCertificateFor(String... names) {
    certificateNames = Set.of(names);
    renewCertificate();
  }

  /** Shows a certificate of an authority that is not the cluster's. */
  public synchronized void showCertificateOfAnotherAuthority() {
    foreignAuthority = new CertificateAuthority("another");
    renewCertificate();
  }

  /** Shows a certificate of the cluster's authority that something else is wrong with. */
  public synchronized void showFaultyCertificate(CertificateFault fault) {
    certificateFault = fault;
    renewCertificate();
  }

  /** Ends what the three methods above began. */
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

  /** What goes wrong in dials. */
  public Trouble<HandshakeFault> handshakeTrouble() {
    return handshakeTrouble;
  }

  /** What goes wrong in metadata exchanges. */
  public Trouble<ExchangeFault> exchangeTrouble() {
    return exchangeTrouble;
  }

  /**
   * Sets what a request for TLS inside the tunnel is answered with; {@link SslAnswer#NO} at first.
   */
  public void answerSslRequests(SslAnswer answer) {
    sslAnswer = answer;
  }

  SslAnswer sslAnswer() {
    return sslAnswer;
  }

  /** Whether sessions can only read, as those of a read pool. */
  public void readOnly(boolean only) {
    readOnly = only;
  }

  boolean isReadOnly() {
    return readOnly;
  }

  /** Whether the database asks for a password even where a client wants IAM login. */
  public void askForPasswordsAlways(boolean always) {
    asksForPasswordsAlways = always;
  }

  boolean asksForPasswordsAlways() {
    return asksForPasswordsAlways;
  }

  /** Stops listening and resets what is open, as a server that is restarted does. */
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

  /** The time that this instance's server goes by. */
  Instant now() {
    return Instant.now().plus(cluster.clockAhead());
  }

  /** Resets all open connections, those in the middle of a handshake too. */
  public void killConnections() {
    proxy.kill();
  }

  /** How many connections are open. */
  public int openConnections() {
    return proxy.open();
  }

  /** How often something happened at this instance, API calls not included. */
  public long count(Served served) {
    return counts.of(served);
  }

  /** The metadata exchanges, oldest first. */
  public List<Exchange> exchanges() {
    return List.of(exchanges.toArray(Exchange[]::new));
  }

  /** The startup messages, oldest first. */
  public List<Login> logins() {
    return List.of(logins.toArray(Login[]::new));
  }

  void record(Exchange exchange) {
    exchanges.add(exchange);
  }

  void record(Login login) {
    logins.add(login);
  }

  /** Stops listening and resets what is open. */
  @Override
  public void close() {
    proxy.close();
  }
}
