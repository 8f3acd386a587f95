package io.github.alloydbagent.local;

import com.google.cloud.alloydb.connectors.v1.MetadataExchangeRequest;
import com.google.cloud.alloydb.connectors.v1.MetadataExchangeResponse;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A minimal connector that follows protocol.md step by step; it shares no code with the agent or
 * with the AlloyDB simulator.
 */
final class HandMadeConnector {
  static final String LOGIN = "https://www.googleapis.com/auth/alloydb.login";
  static final String CLOUD = "https://www.googleapis.com/auth/cloud-platform";

  private static final KeyPair KEY = rsa();

  /** pgjdbc creates its socket factory itself, on the thread that connects. */
  private static final ThreadLocal<Dial> DIAL = new ThreadLocal<>();

  interface Dial {
    Socket dial() throws IOException;
  }

  private final LocalAlloyDb alloyDb;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  HandMadeConnector(LocalAlloyDb alloyDb) {
    this.alloyDb = alloyDb;
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String token(String scope) throws Exception {
    HttpResponse<String> answer = requestToken(alloyDb.credentialsFile(), scope, "");
    if (answer.statusCode() != 200) {
      throw new IOException(answer.body());
    }
    return json(answer).get("access_token").getAsString();
  }

  /**
   * Calls the token server with an assertion; {@code forgery} is appended to its signed part after
   * signing.
   */
  HttpResponse<String> requestToken(Path keyFile, String scope, String forgery) throws Exception {
    JsonObject key = JsonParser.parseString(Files.readString(keyFile)).getAsJsonObject();
    URI uri = URI.create(key.get("token_uri").getAsString());
    JsonObject claims = new JsonObject();
    claims.add("iss", key.get("client_email"));
    claims.addProperty("scope", scope);
    claims.addProperty("aud", uri.toString());
    claims.addProperty("iat", Instant.now().getEpochSecond());
    claims.addProperty("exp", Instant.now().getEpochSecond() + 3600);
    String signed = base64("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + base64(claims.toString());
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(privateKey(key.get("private_key").getAsString()));
    signature.update((signed + forgery).getBytes(StandardCharsets.US_ASCII));
    String assertion =
        signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    return http.send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "grant_type="
                        + URLEncoder.encode(
                            "urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8)
                        + "&assertion="
                        + assertion))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
    String body = pem.replaceAll("-----[^-]+-----", "");
    return KeyFactory.getInstance("RSA")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  HttpResponse<String> get(String token, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(alloyDb.adminUrl() + path))
            .header("Authorization", "Bearer " + token)
            .header("User-Agent", "hand-made/1")
            .timeout(Duration.ofSeconds(2))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> connectionInfo(String token, String instance) throws Exception {
    return get(token, "/v1beta/" + instance + "/connectionInfo");
  }

  HttpResponse<String> certificate(String token, String cluster, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(
                URI.create(
                    alloyDb.adminUrl() + "/v1beta/" + cluster + ":generateClientCertificate"))
            .header("Authorization", "Bearer " + token)
            .timeout(Duration.ofSeconds(2))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  static String certificateRequest(String publicKeyPem, String duration) {
    JsonObject json = new JsonObject();
    json.addProperty("publicKey", publicKeyPem);
    json.addProperty("certDuration", duration);
    json.addProperty("useMetadataExchange", true);
    return json.toString();
  }

  static String publicKeyPem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(KEY.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  static JsonObject json(HttpResponse<String> answer) {
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  static List<X509Certificate> chain(JsonObject answer) throws GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    for (JsonElement pem : answer.getAsJsonArray("pemCertificateChain")) {
      chain.add(certificate(pem.getAsString()));
    }
    return chain;
  }

  static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Returns a new TLS context with a new certificate for the instance's cluster. */
  SSLContext tls(LocalInstance instance) throws Exception {
    String cluster = instance.name().replaceFirst("/instances/.*", "");
    HttpResponse<String> answer =
        certificate(token(CLOUD), cluster, certificateRequest(publicKeyPem(), "3600s"));
    if (answer.statusCode() != 200) {
      throw new IOException(answer.body());
    }
    return tls(chain(json(answer)), certificate(json(answer).get("caCert").getAsString()));
  }

  static SSLContext tls(List<X509Certificate> chain, X509Certificate ca) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    if (!chain.isEmpty()) {
      keys.setKeyEntry("client", KEY.getPrivate(), new char[0], chain.toArray(Certificate[]::new));
    }
    keys.setCertificateEntry("ca", ca);
    KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
    keyManagers.init(keys, new char[0]);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", ca);
    TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  /** Opens a TLS connection and verifies that the server has the requested address. */
  static SSLSocket dial(SSLContext context, String address) throws IOException {
    Socket tcp = new Socket();
    tcp.connect(new InetSocketAddress(InetAddress.getByName(address), 5433), 5000);
    tcp.setSoTimeout(5000);
    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, address, 5433, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    try {
      tls.startHandshake();
    } catch (IOException e) {
      tls.close();
      throw e;
    }
    return tls;
  }

  static void request(SSLSocket tls, boolean autoIam, String token) throws IOException {
    byte[] request =
        MetadataExchangeRequest.newBuilder()
            .setUserAgent("hand-made/1")
            .setAuthType(
                autoIam
                    ? MetadataExchangeRequest.AuthType.AUTO_IAM
                    : MetadataExchangeRequest.AuthType.DB_NATIVE)
            .setOauth2Token(token)
            .build()
            .toByteArray();
    DataOutputStream out = new DataOutputStream(tls.getOutputStream());
    out.writeInt(request.length);
    out.write(request);
    out.flush();
  }

  static MetadataExchangeResponse exchange(SSLSocket tls, boolean autoIam, String token)
      throws IOException {
    request(tls, autoIam, token);
    DataInputStream in = new DataInputStream(tls.getInputStream());
    byte[] response = new byte[in.readInt()];
    in.readFully(response);
    return MetadataExchangeResponse.parseFrom(response);
  }

  /** Opens a tunnel to the instance's private address and completes the exchange. */
  SSLSocket tunnel(LocalInstance instance, SSLContext context, boolean autoIam) throws Exception {
    return tunnel(instance.addresses().privateIp(), context, autoIam, token(LOGIN));
  }

  static SSLSocket tunnel(String address, SSLContext context, boolean autoIam, String token)
      throws IOException {
    SSLSocket tls = dial(context, address);
    MetadataExchangeResponse response = exchange(tls, autoIam, token);
    if (response.getResponseCode() != MetadataExchangeResponse.ResponseCode.OK) {
      tls.close();
      throw new IOException(response.getError());
    }
    return tls;
  }

  /**
   * Opens a pgjdbc session that uses separate tunnels for the login and for each cancel request.
   */
  Connection connect(LocalInstance instance, boolean autoIam, String user, String password)
      throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    if (password != null) {
      properties.setProperty("password", password);
    }
    properties.setProperty("sslmode", "disable");
    return connect(instance, autoIam, properties);
  }

  Connection connect(LocalInstance instance, boolean autoIam, Properties properties)
      throws Exception {
    SSLContext context = tls(instance);
    String address = instance.addresses().privateIp();
    String token = token(LOGIN);
    DIAL.set(() -> tunnel(address, context, autoIam, token));
    properties.setProperty("socketFactory", Tunnels.class.getName());
    try {
      return DriverManager.getConnection("jdbc:postgresql://alias.invalid/postgres", properties);
    } finally {
      DIAL.remove();
    }
  }

  /** The socket factory for pgjdbc. */
  public static final class Tunnels extends SocketFactory {
    private final Dial dial = DIAL.get();

    @Override
    public Socket createSocket() throws IOException {
      return dial.dial();
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException();
    }
  }
}
