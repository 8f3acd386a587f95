package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@code Socket} without a connection of its own, that passes every call on to another socket:
 * all methods that {@code Socket} has in any JDK from 8 to 25, which a test compares with the
 * running JDK.
 */
abstract class SocketFacade extends Socket {

  private final Socket to;

  SocketFacade(Socket to) throws SocketException {
    super((SocketImpl) null);
    this.to = to;
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    to.connect(endpoint);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    to.connect(endpoint, timeout);
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    to.bind(address);
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return to.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return to.getLocalAddress();
  }

  @Override
  public int getPort() {
    return to.getPort();
  }

  @Override
  public int getLocalPort() {
    return to.getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return to.getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return to.getLocalSocketAddress();
  }

  @Override
  public @Nullable SocketChannel getChannel() {
    return to.getChannel();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return to.getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return to.getOutputStream();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    to.setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return to.getTcpNoDelay();
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    to.setSoLinger(on, linger);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return to.getSoLinger();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    to.sendUrgentData(data);
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    to.setOOBInline(on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return to.getOOBInline();
  }

  // Socket synchronizes these four on itself; the sockets behind need no such lock

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setSoTimeout(int timeout) throws SocketException {
    to.setSoTimeout(timeout);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getSoTimeout() throws SocketException {
    return to.getSoTimeout();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setSendBufferSize(int size) throws SocketException {
    to.setSendBufferSize(size);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getSendBufferSize() throws SocketException {
    return to.getSendBufferSize();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setReceiveBufferSize(int size) throws SocketException {
    to.setReceiveBufferSize(size);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getReceiveBufferSize() throws SocketException {
    return to.getReceiveBufferSize();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    to.setKeepAlive(on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return to.getKeepAlive();
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    to.setTrafficClass(tc);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return to.getTrafficClass();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    to.setReuseAddress(on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return to.getReuseAddress();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void close() throws IOException {
    to.close();
  }

  @Override
  public void shutdownInput() throws IOException {
    to.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    to.shutdownOutput();
  }

  @Override
  public boolean isConnected() {
    return to.isConnected();
  }

  @Override
  public boolean isBound() {
    return to.isBound();
  }

  @Override
  public boolean isClosed() {
    return to.isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return to.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return to.isOutputShutdown();
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    to.setPerformancePreferences(connectionTime, latency, bandwidth);
  }

  @Override
  public String toString() {
    return to.toString();
  }

  // Java 9's three, which Java 8's compiler does not know as methods of Socket

  /** As {@code Socket.setOption}; {@code UnsupportedOperationException} on Java 8. */
  @SuppressWarnings("MissingOverride")
  public <T> Socket setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    call("setOption", new Class<?>[] {SocketOption.class, Object.class}, name, value);
    return this;
  }

  /** As {@code Socket.getOption}; {@code UnsupportedOperationException} on Java 8. */
  @SuppressWarnings({"MissingOverride", "unchecked", "TypeParameterUnusedInFormals"})
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    return (T) call("getOption", new Class<?>[] {SocketOption.class}, name);
  }

  /** As {@code Socket.supportedOptions}; {@code UnsupportedOperationException} on Java 8. */
  @SuppressWarnings({"MissingOverride", "unchecked"})
  public Set<SocketOption<?>> supportedOptions() {
    try {
      Object options = call("supportedOptions", new Class<?>[0]);
      return options == null ? java.util.Collections.emptySet() : (Set<SocketOption<?>>) options;
    } catch (IOException e) {
      throw new IllegalStateException(e); // supportedOptions declares none
    }
  }

  private @Nullable Object call(String method, Class<?>[] parameters, @Nullable Object... arguments)
      throws IOException {
    try {
      Method found = Socket.class.getMethod(method, parameters);
      return found.invoke(to, arguments);
    } catch (NoSuchMethodException e) {
      throw new UnsupportedOperationException(
          ErrorCode.NEEDS_JAVA_9.driverMessage("Socket." + method + " needs Java 9 or later"), e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException) {
        throw (IOException) cause;
      }
      if (cause instanceof RuntimeException) {
        throw (RuntimeException) cause;
      }
      throw new IllegalStateException(cause);
    }
  }
}
