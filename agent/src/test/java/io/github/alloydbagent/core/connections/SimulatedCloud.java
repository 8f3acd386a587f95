package io.github.alloydbagent.core.connections;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.admin.InstanceList;
import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.admin.TestApiExceptions;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.core.threads.SimulatedThreads;
import io.github.alloydbagent.core.threads.SimulatedThreads.Call;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.time.VirtualTime;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Models the Admin API, the token server and the instances, with faults that can be switched on and
 * off.
 */
@SuppressWarnings("JavaUtilDate") // google-auth's type
public final class SimulatedCloud implements SimulatedThreads.Servers {
  static final long HOUR = 3_600_000;

  /** The certificates that clusters have in turn when their authority is rotated. */
  public static final List<X509Certificate> AUTHORITIES =
      List.of(authority(), authority(), authority(), authority());

  /** The faults that can be injected. */
  enum Fault {
    API_DOWN,
    API_REFUSES,
    API_BUSY,
    API_ASKS_TO_WAIT,
    API_HANGS,
    API_SLOW,
    API_ANSWERS_NONSENSE,
    LISTS_ARE_PARTIAL,
    TOKENS_DOWN,
    TOKENS_REFUSED,
    TOKENS_REVOKED,
    ODD_LIVES,
    ERRORS
  }

  /** The actual state of an instance, which the agent may not know yet. */
  static final class Instance {
    final InstanceName name;
    final String address;
    final long createdNanos;

    Instance(InstanceName name, String address, long createdNanos) {
      this.name = name;
      this.address = address;
      this.createdNanos = createdNanos;
    }
  }

  private final VirtualTime time;
  private final Random random;
  private final KeyPair key;
  private final Map<InstanceName, Instance> instances = new LinkedHashMap<>();
  private final Map<String, Integer> authorityVersions = new HashMap<>();

  /** The version of the authority that issued each certificate, by cluster and expiry. */
  private final Map<String, Integer> issuingAuthorities = new HashMap<>();

  private final Set<String> everListed = new HashSet<>();
  private final List<String> revoked = new ArrayList<>();
  private int tokenCount;
  private boolean currentTaskHangs;

  final Set<Fault> faults = EnumSet.noneOf(Fault.class);

  /** The number of calls by kind, since {@link #forgetCalls}. */
  public final Map<String, Integer> calls = new TreeMap<>();

  /** The usual life of certificates. */
  public long certificateLifeMillis = HOUR;

  /** The latest end of a pause that a server requested with {@code Retry-After}, in nanoseconds. */
  long quietUntilNanos = Long.MIN_VALUE;

  public SimulatedCloud(VirtualTime time, Random random, KeyPair key) {
    this.time = time;
    this.random = random;
    this.key = key;
  }

  private static X509Certificate authority() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair pair = generator.generateKeyPair();
      X500Name name = new X500Name("CN=simulated");
      return new JcaX509CertificateConverter()
          .getCertificate(
              new JcaX509v3CertificateBuilder(
                      name,
                      BigInteger.ONE,
                      new Date(0),
                      new Date(4_000_000_000_000L),
                      name,
                      pair.getPublic())
                  .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the correct wall clock time in milliseconds. */
  long trueMillis() {
    return time.wallMillis() - time.wallStepMillis();
  }

  public void create(InstanceName name, String address) {
    instances.put(name, new Instance(name, address, time.nanoTime()));
  }

  void delete(InstanceName name) {
    instances.remove(name);
  }

  Instance instance(InstanceName name) {
    return instances.get(name);
  }

  Instance at(String address) {
    for (Instance instance : instances.values()) {
      if (instance.address.equals(address)) {
        return instance;
      }
    }
    return null;
  }

  boolean wasListed(String address) {
    return everListed.contains(address);
  }

  void rotateAuthority(String cluster) {
    authorityVersions.merge(cluster, 1, Integer::sum);
  }

  int authority(String cluster) {
    return authorityVersions.getOrDefault(cluster, 0);
  }

  void revokeTokens() {
    for (int i = Math.max(0, tokenCount - 20); i <= tokenCount; i++) {
      revoked.add("t" + i);
    }
    if (revoked.size() > 200) {
      revoked.subList(0, 100).clear();
    }
  }

  boolean isRevoked(String token) {
    return revoked.contains(token);
  }

  void forgetCalls() {
    calls.clear();
  }

  /** Returns an executor that delays tasks by the response time of a server. */
  public Executor executor() {
    return task -> {
      maybeThrow();
      Call call = call(task);
      Object unused =
          time.timer().schedule(() -> call.run(task), call.millis(), TimeUnit.MILLISECONDS);
    };
  }

  /** Decides how long a server takes to respond; a call that hangs, until its deadline. */
  @Override
  public Call call(Runnable task) {
    boolean hangs = faults.contains(Fault.API_HANGS) && random.nextInt(4) > 0;
    long millis =
        hangs
            ? 30_000
            : faults.contains(Fault.API_SLOW) ? random.nextInt(8_000) : 5 + random.nextInt(200);
    return new Call() {
      @Override
      public long millis() {
        return millis;
      }

      @Override
      public void run(Runnable work) {
        currentTaskHangs = hangs;
        try {
          work.run();
        } finally {
          currentTaskHangs = false;
        }
      }
    };
  }

  @Override
  public boolean hasErrors() {
    return faults.contains(Fault.ERRORS);
  }

  /** Throws an Error in one of four calls while the fault {@link Fault#ERRORS} is on. */
  @Override
  public void maybeThrow() {
    if (faults.contains(Fault.ERRORS) && random.nextInt(4) == 0) {
      throw random.nextBoolean() ? new OutOfMemoryError("simulated") : new StackOverflowError();
    }
  }

  private void recordCall(String what, String token) throws ApiException {
    calls.merge(what, 1, Integer::sum);
    maybeThrow();
    if (currentTaskHangs) {
      throw TestApiExceptions.broken();
    }
    if (faults.contains(Fault.API_ASKS_TO_WAIT)) {
      long retryAfter = 1_000L * (1 + random.nextInt(random.nextInt(10) == 0 ? 600 : 60));
      // the agent adds a random delay of up to 30 s to a repeated Retry-After
      long spread = Math.min(retryAfter, 30_000);
      quietUntilNanos =
          Math.max(quietUntilNanos, time.nanoTime() + (retryAfter + spread) * 1_000_000L);
      throw TestApiExceptions.status(random.nextBoolean() ? 429 : 503, retryAfter);
    }
    if (faults.contains(Fault.API_DOWN)) {
      throw random.nextBoolean()
          ? TestApiExceptions.status(500 + random.nextInt(5), 0)
          : TestApiExceptions.broken();
    }
    if (faults.contains(Fault.API_BUSY) && random.nextInt(10) > 0) {
      throw TestApiExceptions.status(429, 0);
    }
    if (faults.contains(Fault.API_REFUSES)) {
      throw TestApiExceptions.status(random.nextBoolean() ? 403 : 404, 0);
    }
    if (faults.contains(Fault.API_ANSWERS_NONSENSE)) {
      throw TestApiExceptions.status(200, 0);
    }
    if (isRevoked(token)) {
      throw TestApiExceptions.status(401, 0);
    }
  }

  AccessToken token(Scope scope) throws CredentialsException {
    calls.merge("token " + scope, 1, Integer::sum);
    maybeThrow();
    if (currentTaskHangs || faults.contains(Fault.TOKENS_DOWN)) {
      throw TestIdentity.failure(false);
    }
    if (faults.contains(Fault.TOKENS_REFUSED)) {
      throw TestIdentity.failure(true);
    }
    // google-auth computes the expiry from the wall clock of this machine
    return new AccessToken("t" + ++tokenCount, new Date(time.wallMillis() + HOUR));
  }

  public AdminApi api(Identity identity) {
    return new AdminApi(TestIdentity.NO_HTTP, "https://api", identity, "simulated/1") {
      @Override
      public Addresses connectionInfo(InstanceName instance, String token) throws ApiException {
        recordCall("connectionInfo " + instance.uri(), token);
        Instance found = instances.get(instance);
        if (found == null) {
          throw TestApiExceptions.status(404, 0);
        }
        return new Addresses(found.address, null, null);
      }

      @Override
      public IssuedCertificate clientCertificate(
          InstanceName instance, String publicKey, String token) throws ApiException {
        recordCall("certificate " + instance.clusterUri(), token);
        long now = trueMillis();
        long life = faults.contains(Fault.ODD_LIVES) ? unusualLifeMillis() : certificateLifeMillis;
        SimulatedCertificate leaf = new SimulatedCertificate(key, now, now + life);
        issuingAuthorities.put(
            instance.clusterUri() + (now + life), authority(instance.clusterUri()));
        return new IssuedCertificate(
            List.of(leaf),
            List.of(AUTHORITIES.get(authority(instance.clusterUri()) % AUTHORITIES.size())));
      }

      @Override
      public InstanceList instances(String project, String token) throws ApiException {
        recordCall("list " + project, token);
        Map<InstanceName, Addresses> listed = new LinkedHashMap<>();
        Set<String> unreachable =
            faults.contains(Fault.LISTS_ARE_PARTIAL) && random.nextBoolean()
                ? Set.of("l1")
                : Set.of();
        for (Instance instance : instances.values()) {
          if (instance.name.uri().startsWith(project + "/")
              && !unreachable.contains(instance.name.location())) {
            listed.put(instance.name, new Addresses(instance.address, null, null));
            everListed.add(instance.address);
          }
        }
        return new InstanceList(listed, unreachable);
      }
    };
  }

  private long unusualLifeMillis() {
    switch (random.nextInt(4)) {
      case 0:
        return 60_000;
      case 1:
        return 24 * HOUR;
      case 2:
        return 1 + random.nextInt(600_000);
      default:
        return 3 * HOUR / 2;
    }
  }

  /**
   * Returns why an instance rejects a client with these credentials, or null if it accepts the
   * client.
   */
  String refusal(InstanceName name, String address, long certificateEnd, String token) {
    Instance instance = instances.get(name);
    if (instance == null || !instance.address.equals(address)) {
      return "nothing listens at " + address;
    }
    String cluster = name.clusterUri();
    if (!issuingAuthorities.getOrDefault(cluster + certificateEnd, -1).equals(authority(cluster))) {
      return "the authority has changed";
    }
    if (trueMillis() >= certificateEnd) {
      return "the certificate has expired";
    }
    return isRevoked(token) ? "the token was revoked" : null;
  }
}
