package io.github.alloydbagent.local;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of an instance; null for kinds of address that it does not have.
 *
 * @param privateIp a loopback address
 * @param publicIp another loopback address
 * @param pscDnsName a DNS name with a trailing dot, as the API returns it
 * @param pscIp the address that clients must resolve {@code pscDnsName} to
 */
public record Addresses(
    @Nullable String privateIp,
    @Nullable String publicIp,
    @Nullable String pscDnsName,
    @Nullable String pscIp) {

  /** No addresses. */
  public static final Addresses NONE = new Addresses(null, null, null, null);

  private static final int ATTEMPTS = 100;

  /** Returns a copy with this private address; null removes it. */
  public Addresses withPrivateIp(@Nullable String address) {
    return new Addresses(address, publicIp, pscDnsName, pscIp);
  }

  /** Returns a copy with this public address; null removes it. */
  public Addresses withPublicIp(@Nullable String address) {
    return new Addresses(privateIp, address, pscDnsName, pscIp);
  }

  /** Returns a copy with this name for Private Service Connect, at an unused address. */
  public Addresses withPsc(String dnsName) {
    return new Addresses(privateIp, publicIp, dnsName, free());
  }

  /** Returns a copy without Private Service Connect. */
  public Addresses withoutPsc() {
    return new Addresses(privateIp, publicIp, null, null);
  }

  /** Returns a loopback address whose port {@value ServerSideProxy#PORT} is free. */
  public static String free() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      String address =
          "127."
              + random.nextInt(16, 250)
              + "."
              + random.nextInt(250)
              + "."
              + random.nextInt(1, 250);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddresses.forString(address), ServerSideProxy.PORT));
        return address;
      } catch (IOException taken) {
        // the address is taken; try another random one
      }
    }
    throw new IllegalStateException(
        "cannot listen on port "
            + ServerSideProxy.PORT
            + " of any 127.x.y.z address that was tried; check that the whole 127.0.0.0/8 is on this"
            + " machine's loopback interface");
  }

  /** Returns the IP addresses that the proxy listens on. */
  Set<String> listening() {
    Set<String> all = new LinkedHashSet<>();
    for (String address : new String[] {privateIp, publicIp, pscIp}) {
      if (address != null) {
        all.add(address);
      }
    }
    return all;
  }

  /** Returns the subject alternative names of the server certificate. */
  Set<String> names() {
    Set<String> all = new LinkedHashSet<>();
    for (String name : new String[] {privateIp, publicIp, pscDnsName}) {
      if (name != null) {
        all.add(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
      }
    }
    return all;
  }
}
