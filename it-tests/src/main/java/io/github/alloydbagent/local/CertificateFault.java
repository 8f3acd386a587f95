package io.github.alloydbagent.local;

/** What is wrong with a server's certificate, though it comes from the cluster's authority. */
public enum CertificateFault {
  /** The address is the common name; there is no subject alternative name. */
  COMMON_NAME_ONLY,
  /** Its extended key usage is that of a client. */
  CLIENT_ONLY,
  EXPIRED,
  NOT_YET_VALID,
  RSA_1024,
  /** It is signed with SHA-1. */
  SHA1,
  /** Another server's certificate issued it. */
  LEAF_AS_ISSUER,
  /** The authority that issued it may only issue certificates for another network. */
  NAME_CONSTRAINTS,
  /** The authority that issued it has a key on a curve of 224 bits. */
  SHORT_CURVE
}
