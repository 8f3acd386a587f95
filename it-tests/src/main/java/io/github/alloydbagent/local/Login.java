package io.github.alloydbagent.local;

/**
 * A startup message that arrived through a tunnel.
 *
 * @param exchange the metadata exchange of the tunnel
 * @param user the requested database user
 * @param database the requested database
 */
public record Login(Exchange exchange, String user, String database) {}
