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

/** The access tokens that the simulator's servers have issued. */
public final class Tokens {

  /** The prefix of every token; Google's tokens start with its first five characters. */
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
   * An issued token.
   *
   * @param principal the principal that received it
   * @param scopes the scopes that it grants
   */
  public record Issued(String principal, Set<String> scopes) {}

  /** Returns all issued tokens, oldest first. */
  public List<Issued> issued() {
    return List.of(issued.toArray(Issued[]::new));
  }

  /** Returns the tokens themselves, for tests that search output for secrets. */
  public List<String> texts() {
    return List.of(texts.toArray(String[]::new));
  }

  /** Sets the lifetime of tokens issued from now on, initially one hour. */
  public void life(Duration newLife) {
    life = newLife;
  }

  Duration life() {
    return life;
  }

  /** Issues a token to a principal without a request. */
  public String issue(String principal, Set<String> scopes) {
    byte[] bytes = new byte[48];
    random.nextBytes(bytes);
    String token = BEGINNING + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    texts.add(token);
    issued.add(new Issued(principal, Set.copyOf(scopes)));
    grants.put(token, new Grant(principal, Set.copyOf(scopes), Instant.now().plus(life)));
    return token;
  }

  /** Revokes every token issued so far. */
  public void revokeAll() {
    grants.clear();
  }

  /** Revokes every token of one principal issued so far. */
  public void revokeAllOf(String principal) {
    grants.values().removeIf(grant -> grant.principal().equals(principal));
  }

  /** Returns the grant of a token, or null if it is unknown or expired. */
  @Nullable Grant valid(String token) {
    Grant grant = grants.get(token);
    return grant == null || grant.expired() ? null : grant;
  }
}
