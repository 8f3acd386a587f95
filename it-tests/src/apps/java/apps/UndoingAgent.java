package apps;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;

/**
 * An agent that reverts the changes of earlier agents to one class: whenever the class is loaded or
 * changed, it returns the class file from the class's jar.
 */
public final class UndoingAgent implements ClassFileTransformer {
  private final String name;

  private UndoingAgent(String name) {
    this.name = name;
  }

  public static void premain(String name, Instrumentation instrumentation) {
    instrumentation.addTransformer(new UndoingAgent(name.replace('.', '/')), true);
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
    if (!this.name.equals(name)) {
      return null;
    }
    try (InputStream in = loader.getResourceAsStream(name + ".class")) {
      ByteArrayOutputStream original = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        original.write(buffer, 0, read);
      }
      return original.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
