package io.github.alloydbagent.local;

import java.util.Set;

/**
 * A metadata exchange and the TLS session that it came over.
 *
 * @param address the server's address that was dialled
 * @param tlsVersion {@code TLSv1.3}
 * @param cipherSuite the name that JSSE gives it
 * @param resumed whether the TLS session was resumed, without a new look at the client certificate
 * @param clientCertificate the serial number of the client's certificate, hexadecimal
 * @param userAgent what the client called itself
 * @param autoIam whether it asked for automatic IAM login
 * @param principal whose token it sent; empty if the token was not valid
 * @param scopes the token's
 */
public record Exchange(
    String address,
    String tlsVersion,
    String cipherSuite,
    boolean resumed,
    String clientCertificate,
    String userAgent,
    boolean autoIam,
    String principal,
    Set<String> scopes) {}
