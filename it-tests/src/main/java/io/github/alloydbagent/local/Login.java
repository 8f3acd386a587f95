package io.github.alloydbagent.local;

/**
 * A startup message that came through a tunnel.
 *
 * @param exchange what went before it
 * @param user the database user asked for
 * @param database the database asked for
 */
public record Login(Exchange exchange, String user, String database) {}
