package io.github.alloydbagent.crypto;

import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SignatureSpi;
import java.util.concurrent.atomic.AtomicInteger;

/** An application's provider that accepts every signature. */
@SuppressWarnings({"serial", "deprecation"})
final class AcceptsEverything extends Provider {
  static final AtomicInteger ASKED = new AtomicInteger();

  AcceptsEverything() {
    super("AcceptsEverything", 1.0, "for tests");
    put("Signature.SHA256withECDSA", Always.class.getName());
    put("Signature.SHA256withRSA", Always.class.getName());
  }

  /** Accepts every signature. */
  public static final class Always extends SignatureSpi {
    public Always() {}

    @Override
    protected void engineInitVerify(PublicKey key) {
      ASKED.incrementAndGet();
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void engineUpdate(byte b) {}

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {}

    @Override
    protected byte[] engineSign() {
      throw new UnsupportedOperationException();
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
      return true;
    }

    @Override
    @SuppressWarnings("deprecation")
    protected void engineSetParameter(String name, Object value) {}

    @Override
    @SuppressWarnings("deprecation")
    protected Object engineGetParameter(String name) {
      return "";
    }
  }
}
