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
 * Where an instance is reached; what it lacks is null.
 *
 * @param privateIp an address of the loopback network
 * @param publicIp another one
 * @param pscDnsName a DNS name, with a dot at its end, as the API gives it
 * @param pscIp the address that a client is to resolve that name to
 */
public record Addresses(
    @Nullable String privateIp,
    @Nullable String publicIp,
    @Nullable String pscDnsName,
    @Nullable String pscIp) {

  /** None at all. */
  public static final Addresses NONE = new Addresses(null, null, null, null);

  private static final int ATTEMPTS = 100;

  /** With another private address, or without. */
  public Addresses withPrivateIp(@Nullable String address) {
    return new Addresses(address, publicIp, pscDnsName, pscIp);
  }

  /** With another public address, or without. */
  public Addresses withPublicIp(@Nullable String address) {
    return new Addresses(privateIp, address, pscDnsName, pscIp);
  }

  /** With another name for Private Service Connect, at an address nobody else has. */
  public Addresses withPsc(String dnsName) {
    return new Addresses(privateIp, publicIp, dnsName, free());
  }

  /** Without Private Service Connect. */
  public Addresses withoutPsc() {
    return new Addresses(privateIp, publicIp, null, null);
  }

  /** An address of the loopback network at which nobody listens on the proxy's port. */
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
        // somebody else's; so is hardly ever the next one
      }
    }
    throw new IllegalStateException(
        "cannot listen on port "
            + ServerSideProxy.PORT
            + " of any 127.x.y.z tried; is the whole 127.0.0.0/8 on this machine's loopback?");
  }

  /** The addresses to listen on. */
  Set<String> listening() {
    Set<String> all = new LinkedHashSet<>();
    for (String address : new String[] {privateIp, publicIp, pscIp}) {
      if (address != null) {
        all.add(address);
      }
    }
    return all;
  }

  /** What the server's certificate is for. */
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
