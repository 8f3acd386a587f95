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
 * A {@code Socket} that delegates every call to another socket. It overrides all methods that
 * {@code Socket} has in any JDK from 8 to 25, which a test compares with the running JDK.
 */
abstract class SocketFacade extends Socket {

  private final Socket delegate;

  SocketFacade(Socket delegate) throws SocketException {
    super((SocketImpl) null);
    this.delegate = delegate;
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    delegate.connect(endpoint);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    delegate.connect(endpoint, timeout);
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    delegate.bind(address);
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return delegate.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return delegate.getLocalAddress();
  }

  @Override
  public int getPort() {
    return delegate.getPort();
  }

  @Override
  public int getLocalPort() {
    return delegate.getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return delegate.getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return delegate.getLocalSocketAddress();
  }

  @Override
  public @Nullable SocketChannel getChannel() {
    return delegate.getChannel();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return delegate.getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return delegate.getOutputStream();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    delegate.setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return delegate.getTcpNoDelay();
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    delegate.setSoLinger(on, linger);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return delegate.getSoLinger();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    delegate.sendUrgentData(data);
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    delegate.setOOBInline(on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return delegate.getOOBInline();
  }

  // Socket synchronizes these methods on itself; the delegates need no such lock.

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setSoTimeout(int timeout) throws SocketException {
    delegate.setSoTimeout(timeout);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getSoTimeout() throws SocketException {
    return delegate.getSoTimeout();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setSendBufferSize(int size) throws SocketException {
    delegate.setSendBufferSize(size);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getSendBufferSize() throws SocketException {
    return delegate.getSendBufferSize();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setReceiveBufferSize(int size) throws SocketException {
    delegate.setReceiveBufferSize(size);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getReceiveBufferSize() throws SocketException {
    return delegate.getReceiveBufferSize();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    delegate.setKeepAlive(on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return delegate.getKeepAlive();
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    delegate.setTrafficClass(tc);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return delegate.getTrafficClass();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    delegate.setReuseAddress(on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return delegate.getReuseAddress();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void close() throws IOException {
    delegate.close();
  }

  @Override
  public void shutdownInput() throws IOException {
    delegate.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    delegate.shutdownOutput();
  }

  @Override
  public boolean isConnected() {
    return delegate.isConnected();
  }

  @Override
  public boolean isBound() {
    return delegate.isBound();
  }

  @Override
  public boolean isClosed() {
    return delegate.isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return delegate.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return delegate.isOutputShutdown();
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    delegate.setPerformancePreferences(connectionTime, latency, bandwidth);
  }

  @Override
  public String toString() {
    return delegate.toString();
  }

  // Added in Java 9; Java 8's compiler does not know these as methods of Socket.

  /** Like {@code Socket.setOption}; throws {@code UnsupportedOperationException} on Java 8. */
  @SuppressWarnings("MissingOverride")
  public <T> Socket setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    call("setOption", new Class<?>[] {SocketOption.class, Object.class}, name, value);
    return this;
  }

  /** Like {@code Socket.getOption}; throws {@code UnsupportedOperationException} on Java 8. */
  @SuppressWarnings({"MissingOverride", "unchecked", "TypeParameterUnusedInFormals"})
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    return (T) call("getOption", new Class<?>[] {SocketOption.class}, name);
  }

  /**
   * Like {@code Socket.supportedOptions}; throws {@code UnsupportedOperationException} on Java 8.
   */
  @SuppressWarnings({"MissingOverride", "unchecked"})
  public Set<SocketOption<?>> supportedOptions() {
    try {
      Object options = call("supportedOptions", new Class<?>[0]);
      return options == null ? java.util.Collections.emptySet() : (Set<SocketOption<?>>) options;
    } catch (IOException e) {
      throw new IllegalStateException(e); // supportedOptions declares no exception
    }
  }

  private @Nullable Object call(String method, Class<?>[] parameters, @Nullable Object... arguments)
      throws IOException {
    try {
      Method found = Socket.class.getMethod(method, parameters);
      return found.invoke(delegate, arguments);
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
