package io.github.alloydbagent.local;

/** Defects of server certificates that the cluster's own authority has issued. */
public enum CertificateFault {
  /** The address is in the common name only; there is no subject alternative name. */
  COMMON_NAME_ONLY,
  /** The extended key usage allows client authentication only. */
  CLIENT_ONLY,
  EXPIRED,
  NOT_YET_VALID,
  RSA_1024,
  /** The certificate is signed with SHA-1. */
  SHA1,
  /** The issuer is a server certificate, not a certificate authority. */
  LEAF_AS_ISSUER,
  /** Name constraints restrict the issuing authority to another network. */
  NAME_CONSTRAINTS,
  /** The key of the issuing authority is on a 224-bit curve. */
  SHORT_CURVE
}
