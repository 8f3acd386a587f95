package io.github.alloydbagent.local;

/**
 * A call of the Admin API whose token was valid, whatever became of it.
 *
 * @param principal whose token it had
 * @param resource what it was about: an instance, a cluster, or the parent of what is listed
 * @param userAgent what the client called itself
 * @param quotaProject its {@code x-goog-user-project}; empty if it had none
 */
public record ApiCall(String principal, String resource, String userAgent, String quotaProject) {}
