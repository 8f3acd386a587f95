package apps;

import java.net.Socket;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactorySpi;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Changes the JVM's security configuration in {@code main}, as applications do, then connects as
 * {@link Connects} does. The first argument selects the change:
 *
 * <ul>
 *   <li>{@code none}
 *   <li>{@code trust-all}: a factory that trusts every certificate becomes the JVM's default
 *   <li>{@code context}: a provider returns, for every request for a TLS context, one that trusts
 *       every certificate, as sslcontext-kickstart's provider returns the application's
 *   <li>{@code replaced}: after a first connection, replaces the JDK's TLS provider by that one
 *       under the same name
 *   <li>a class: adds this provider before all others
 *   <li>{@code late:} and a class: the same, after a first connection
 * </ul>
 */
public final class ConfiguredJvm {

  private ConfiguredJvm() {}

  public static void main(String[] arguments) throws Exception {
    String[] connects = Arrays.copyOfRange(arguments, 1, arguments.length);
    switch (arguments[0]) {
      case "none":
        break;
      case "trust-all":
        Security.addProvider(new TrustAllFactories());
        Security.setProperty("ssl.TrustManagerFactory.algorithm", "TrustAll");
        HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
        break;
      case "context":
        Security.insertProviderAt(new OwnContext("Own"), 1);
        break;
      case "replaced":
        OwnContext replacement = new OwnContext("SunJSSE");
        connectFirst(connects);
        Security.removeProvider("SunJSSE");
        Security.insertProviderAt(replacement, 1);
        break;
      default:
        String provider = arguments[0];
        if (provider.startsWith("late:")) {
          provider = provider.substring("late:".length());
          connectFirst(connects);
        }
        Security.insertProviderAt(
            (Provider) Class.forName(provider).getConstructor().newInstance(), 1);
    }
    Connects.main(connects);
  }

  private static void connectFirst(String[] connects) throws Exception {
    Connects.main(new String[] {"first=" + connects[0].substring(connects[0].indexOf('=') + 1)});
  }

  /** Provides a {@code TrustManagerFactory} that trusts every certificate. */
  @SuppressWarnings({"serial", "deprecation"})
  public static final class TrustAllFactories extends Provider {
    TrustAllFactories() {
      super("TrustAllFactories", 1.0, "");
      put("TrustManagerFactory.TrustAll", TrustAllFactory.class.getName());
    }
  }

  public static final class TrustAllFactory extends TrustManagerFactorySpi {
    public TrustAllFactory() {}

    @Override
    protected void engineInit(KeyStore anchors) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected TrustManager[] engineGetTrustManagers() {
      return new TrustManager[] {new TrustAll()};
    }
  }

  /** Provides the application's TLS context for every protocol. */
  @SuppressWarnings({"serial", "deprecation"})
  public static final class OwnContext extends Provider {
    OwnContext(String name) throws Exception {
      super(name, 1.0, "");
      SSLContext jdks = SSLContext.getInstance("TLS");
      jdks.init(null, new TrustManager[] {new TrustAll()}, null);
      ContextSpi.jdks = jdks;
      for (String protocol : new String[] {"TLS", "TLSv1.3", "TLSv1.2", "Default"}) {
        put("SSLContext." + protocol, ContextSpi.class.getName());
      }
    }
  }

  public static final class ContextSpi extends SSLContextSpi {
    static SSLContext jdks;

    public ContextSpi() {}

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {}

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return jdks.getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return jdks.getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return jdks.createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return jdks.createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return jdks.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return jdks.getClientSessionContext();
    }
  }

  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
