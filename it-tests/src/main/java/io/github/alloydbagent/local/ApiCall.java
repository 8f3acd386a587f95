package io.github.alloydbagent.local;

/**
 * A call of the Admin API with a valid token, whether or not it succeeded.
 *
 * @param principal the principal of the token
 * @param resource the resource of the call: an instance, a cluster, or the parent of a list
 * @param userAgent the header {@code User-Agent}
 * @param quotaProject the header {@code x-goog-user-project}; empty if it was not sent
 */
public record ApiCall(String principal, String resource, String userAgent, String quotaProject) {}
