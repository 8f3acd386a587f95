package io.github.alloydbagent.admin;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/**
 * Reads connection info from a file instead of the Admin API, in the JSON format of Google's Python
 * and Go connectors. Blocks, so only the agent's own threads may call it.
 */
public final class StaticConnectionInfo {
  private static final int MAX_FILE_BYTES = 4 << 20;

  /**
   * The PKCS#8 header of a PKCS#1 key: version 0, and the algorithm rsaEncryption (RFC 8017, A.1).
   */
  private static final byte[] RSA_ENCRYPTION = {
    2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
  };

  private final Addresses addresses;
  private final IssuedCertificate certificate;
  private final KeyPair key;

  private StaticConnectionInfo(Addresses addresses, IssuedCertificate certificate, KeyPair key) {
    this.addresses = addresses;
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * Reads the connection info of an instance.
   *
   * @throws ApiException if the file cannot be read, or does not contain valid connection info of
   *     the instance
   */
  public static StaticConnectionInfo read(File file, InstanceName instance) throws ApiException {
    String origin = "static-connection-info " + file;
    JsonResponse all =
        JsonResponse.parse(ErrorCode.STATIC_INFO_UNUSABLE, origin, text(origin, file));
    JsonResponse one = all.object(instance.uri());
    if (one == null) {
      throw all.unusable("it has no \"" + instance.uri() + "\"");
    }
    return new StaticConnectionInfo(one.addresses(), one.issuedCertificate(), key(all));
  }

  public Addresses addresses() {
    return addresses;
  }

  public IssuedCertificate certificate() {
    return certificate;
  }

  /** Returns the key pair for which the certificate was issued. */
  public KeyPair key() {
    return key;
  }

  private static String text(String origin, File file) throws ApiException {
    if (file.length() > MAX_FILE_BYTES) {
      throw new ApiException(
          ErrorCode.STATIC_INFO_UNUSABLE,
          200,
          origin + " cannot be used: it is larger than 4 MiB",
          null);
    }
    try (DataInputStream in = new DataInputStream(new FileInputStream(file))) {
      byte[] bytes = new byte[(int) file.length()];
      in.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ApiException(
          ErrorCode.of(e, ErrorCode.STATIC_INFO_UNUSABLE),
          200,
          origin + " cannot be read: " + ExceptionMessages.of(e),
          e);
    }
  }

  /**
   * Returns the key pair. The public key is computed from the private one, ignoring that in the
   * file: if they differ, the file is useless anyway.
   */
  private static KeyPair key(JsonResponse all) throws ApiException {
    String pem = all.requiredText("privateKey");
    boolean pkcs1 = pem.contains("BEGIN RSA PRIVATE KEY");
    if (!pkcs1 && !pem.contains("BEGIN PRIVATE KEY")) {
      throw all.unusable(
          "its privateKey is not a PEM key in PKCS#1 (BEGIN RSA PRIVATE KEY) or PKCS#8");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "").trim());
      KeyFactory rsa = JdkProviders.keyFactory("RSA");
      PrivateKey key = rsa.generatePrivate(new PKCS8EncodedKeySpec(pkcs1 ? pkcs8(der) : der));
      if (!(key instanceof RSAPrivateCrtKey)) {
        throw all.unusable("its privateKey lacks the public exponent");
      }
      RSAPrivateCrtKey full = (RSAPrivateCrtKey) key;
      return new KeyPair(
          rsa.generatePublic(new RSAPublicKeySpec(full.getModulus(), full.getPublicExponent())),
          key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw all.unusable("its privateKey is not an RSA key"); // the cause might quote it
    }
  }

  private static byte[] pkcs8(byte[] pkcs1) {
    return element(0x30, RSA_ENCRYPTION, element(4, new byte[0], pkcs1));
  }

  /** Returns a DER element: tag, length, content. */
  private static byte[] element(int tag, byte[] first, byte[] rest) {
    int length = first.length + rest.length;
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    byte[] digits = BigInteger.valueOf(length).toByteArray();
    int zeros = digits[0] == 0 ? 1 : 0;
    if (length >= 0x80) {
      out.write(0x80 | (digits.length - zeros));
    }
    out.write(digits, zeros, digits.length - zeros);
    out.write(first, 0, first.length);
    out.write(rest, 0, rest.length);
    return out.toByteArray();
  }
}
