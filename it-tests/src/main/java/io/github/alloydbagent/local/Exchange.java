package io.github.alloydbagent.local;

import java.util.Set;

/**
 * A metadata exchange and the TLS session that carried it.
 *
 * @param address the address of the server that the client connected to
 * @param tlsVersion the protocol, such as {@code TLSv1.3}
 * @param cipherSuite the JSSE name of the cipher suite
 * @param resumed whether the TLS session was resumed, so that the client certificate was not
 *     verified again
 * @param clientCertificate the hexadecimal serial number of the client certificate
 * @param userAgent the user agent that the client reported
 * @param autoIam whether the client requested automatic IAM login
 * @param principal the principal of the token; empty if the token was not valid
 * @param scopes the scopes of the token
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
