package io.github.alloydbagent.tunnel.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.tunnel.TlsPair;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.implementation.InvocationHandlerAdapter;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls every public method that {@code Socket} has in the running JDK. */
class SocketFacadeTest {

  private static final Map<Class<?>, Object> ARGUMENTS =
      Map.of(
          int.class,
          7,
          boolean.class,
          true,
          SocketAddress.class,
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 7),
          SocketOption.class,
          StandardSocketOptions.SO_KEEPALIVE,
          Object.class,
          "value");

  private final List<String> calls = new ArrayList<>();
  private final List<String> tcpCalls = new ArrayList<>();
  private final ByteArrayInputStream input = new ByteArrayInputStream(new byte[] {1, 2});
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private boolean closed;
  private SSLSocket tls;
  private RecordSocket tcp;
  private TunnelSocket tunnel;

  static Stream<Method> methods() {
    return Arrays.stream(Socket.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !method.isBridge());
  }

  @BeforeEach
  void make() throws Exception {
    tls = recording(SSLSocket.class, calls);
    tcp = new RecordSocket(recording(Socket.class, tcpCalls));
    tunnel =
        new TunnelSocket(
            tls,
            tcp,
            null,
            false,
            NoEvents.status("i", () -> "p", () -> 0).newTraffic(),
            TlsPair.TIMER);
    calls.clear();
    tcpCalls.clear();
  }

  @Test
  void findsMethodsToTest() {
    assertThat(methods()).hasSizeGreaterThanOrEqualTo(40);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void delegatesEveryMethodOfSocket(Method method) throws Exception {
    assertThat(TunnelSocket.class.getMethod(method.getName(), method.getParameterTypes()))
        .extracting(Method::getDeclaringClass)
        .isIn(TunnelSocket.class, SocketFacade.class);

    Object answer = method.invoke(tunnel, arguments(method));

    String call = method.getName() + Arrays.toString(arguments(method));
    switch (method.getName()) {
      case "connect", "bind" -> assertThat(calls).isEmpty();
      case "getInputStream" -> {
        assertThat(calls).containsExactly(call);
        assertThat(((java.io.InputStream) answer).read()).isEqualTo(1);
      }
      case "getOutputStream" -> {
        assertThat(calls).containsExactly(call);
        ((java.io.OutputStream) answer).write(9);
        assertThat(output.toByteArray()).containsExactly(9);
      }
      case "setOption" -> {
        assertThat(calls).containsExactly(call);
        assertThat(answer).isSameAs(tunnel);
      }
      case "close" -> {
        assertThat(calls).contains(call);
        assertThat(tcpCalls).contains(call);
      }
      default -> {
        assertThat(calls).containsExactly(call);
        assertThat(answer).isEqualTo(answer(method.getReturnType(), method.getName()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void delegatesEveryMethodOfRecordSocket(Method method) throws Exception {
    assertThat(RecordSocket.class.getMethod(method.getName(), method.getParameterTypes()))
        .extracting(Method::getDeclaringClass)
        .isIn(RecordSocket.class, SocketFacade.class);
    method.invoke(tcp, arguments(method));
    assertThat(tcpCalls).containsExactly(method.getName() + Arrays.toString(arguments(method)));
  }

  @Test
  void passesFailuresOfOptionsUnchanged() throws Exception {
    Socket unconnected = new Socket();
    unconnected.close();
    SocketFacade facade = new SocketFacade(unconnected) {};
    assertThatThrownBy(() -> facade.setOption(StandardSocketOptions.SO_KEEPALIVE, true))
        .isInstanceOf(IOException.class)
        .hasMessage("Socket is closed");
    assertThatThrownBy(() -> facade.getOption(StandardSocketOptions.IP_MULTICAST_TTL))
        .isInstanceOfAny(UnsupportedOperationException.class, IOException.class);
    assertThat(facade.supportedOptions()).isEqualTo(unconnected.supportedOptions());
  }

  private static Object[] arguments(Method method) {
    return Arrays.stream(method.getParameterTypes()).map(ARGUMENTS::get).toArray();
  }

  private Object answer(Class<?> type, String method) throws IOException {
    if (type == boolean.class) {
      return method.equals("isClosed") ? closed : true;
    }
    if (type == int.class) {
      return 42;
    }
    if (type == String.class) {
      return "a socket";
    }
    if (type == InetAddress.class) {
      return InetAddress.getLoopbackAddress();
    }
    if (type == SocketAddress.class) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 42);
    }
    if (type == Set.class) {
      return Set.of(StandardSocketOptions.TCP_NODELAY);
    }
    if (type == Object.class) {
      return "an option";
    }
    if (type == java.io.InputStream.class) {
      return input;
    }
    if (type == java.io.OutputStream.class) {
      return output;
    }
    if (type == void.class || type == Socket.class || type == SocketChannel.class) {
      return null;
    }
    throw new AssertionError("Socket." + method + " has a result of a new type: " + type);
  }

  /** A socket that records calls and does nothing. */
  private <T extends Socket> T recording(Class<T> type, List<String> into) throws Exception {
    InvocationHandler handler =
        (self, method, arguments) -> {
          if (Socket.class.isAssignableFrom(method.getDeclaringClass())) {
            into.add(
                method.getName() + Arrays.toString(arguments == null ? new Object[0] : arguments));
            if (method.getName().equals("close")) {
              closed = true;
            }
          }
          return answer(method.getReturnType(), method.getName());
        };
    try {
      return new ByteBuddy()
          .subclass(type)
          .method(ElementMatchers.isPublic().and(ElementMatchers.not(ElementMatchers.isStatic())))
          .intercept(InvocationHandlerAdapter.of(handler))
          .make()
          .load(SocketFacadeTest.class.getClassLoader())
          .getLoaded()
          .getDeclaredConstructor()
          .newInstance();
    } catch (InvocationTargetException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
