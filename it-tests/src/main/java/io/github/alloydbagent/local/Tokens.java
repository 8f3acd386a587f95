package io.github.alloydbagent.local;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The access tokens in circulation, from whichever server they came. */
public final class Tokens {

  /** How each of them begins; Google's begin so, too, but for the end. */
  public static final String BEGINNING = "ya29.local-";

  private final Map<String, Grant> grants = new ConcurrentHashMap<>();
  private final List<Issued> issued = Collections.synchronizedList(new ArrayList<>());
  private final List<String> texts = Collections.synchronizedList(new ArrayList<>());
  private final SecureRandom random = new SecureRandom();
  private volatile Duration life = Duration.ofHours(1);

  record Grant(String principal, Set<String> scopes, Instant expiry) {
    boolean expired() {
      return !Instant.now().isBefore(expiry);
    }
  }

  /**
   * A token that was issued.
   *
   * @param principal to whom
   * @param scopes for what
   */
  public record Issued(String principal, Set<String> scopes) {}

  /** All that were issued, oldest first. */
  public List<Issued> issued() {
    return List.of(issued.toArray(Issued[]::new));
  }

  /** The tokens themselves, for a search of what must not show them. */
  public List<String> texts() {
    return List.of(texts.toArray(String[]::new));
  }

  /** Sets how long tokens live that are issued from now on; one hour at first. */
  public void life(Duration newLife) {
    life = newLife;
  }

  Duration life() {
    return life;
  }

  /** Issues a token to a principal, as if it had been asked for in the usual way. */
  public String issue(String principal, Set<String> scopes) {
    byte[] bytes = new byte[48];
    random.nextBytes(bytes);
    String token = BEGINNING + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    texts.add(token);
    issued.add(new Issued(principal, Set.copyOf(scopes)));
    grants.put(token, new Grant(principal, Set.copyOf(scopes), Instant.now().plus(life)));
    return token;
  }

  /** Makes every token issued so far worthless. */
  public void revokeAll() {
    grants.clear();
  }

  /** As {@link #revokeAll}, of one principal. */
  public void revokeAllOf(String principal) {
    grants.values().removeIf(grant -> grant.principal().equals(principal));
  }

  /** What the token allows, or null if it is unknown or has expired. */
  @Nullable Grant valid(String token) {
    Grant grant = grants.get(token);
    return grant == null || grant.expired() ? null : grant;
  }
}
