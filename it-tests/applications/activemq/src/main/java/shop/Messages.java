package shop;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.nio.file.Path;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.store.jdbc.JDBCPersistenceAdapter;
import org.apache.commons.dbcp2.BasicDataSource;

/**
 * {@code Messages send|receive URL USER PASSWORD DIRECTORY}: starts a broker, sends or receives
 * over TCP, and stops the broker.
 */
public final class Messages {

  private static final int COUNT = 60;

  private Messages() {}

  public static void main(String[] args) throws Exception {
    try (BasicDataSource pool = new BasicDataSource()) {
      pool.setDriverClassName("org.postgresql.Driver");
      pool.setUrl(args[1]);
      pool.setUsername(args[2]);
      pool.setPassword(args[3]);
      BrokerService broker = new BrokerService();
      broker.setBrokerName("shop");
      broker.setUseJmx(false);
      JDBCPersistenceAdapter store = new JDBCPersistenceAdapter();
      store.setDataSource(pool);
      broker.setPersistenceAdapter(store);
      broker.setDataDirectoryFile(Path.of(args[4]).toFile());
      String address = broker.addConnector("tcp://127.0.0.1:0").getConnectUri().toString();
      broker.start();
      broker.waitUntilStarted();
      try {
        work(address, args[0]);
      } finally {
        broker.stop();
        broker.waitUntilStopped();
      }
    }
  }

  private static void work(String address, String what) throws JMSException {
    try (Connection connection = new ActiveMQConnectionFactory(address).createConnection()) {
      connection.setClientID("shop");
      connection.start();
      Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
      MessageConsumer news = session.createDurableSubscriber(topic(session), "reader");
      if (what.equals("send")) {
        send(session);
      } else {
        receive("news", session, news);
        receive("orders", session, session.createConsumer(session.createQueue("orders")));
      }
    }
  }

  private static Topic topic(Session session) throws JMSException {
    return session.createTopic("news");
  }

  /** Every third transaction is taken back. */
  private static void send(Session session) throws JMSException {
    MessageProducer orders = session.createProducer(session.createQueue("orders"));
    MessageProducer news = session.createProducer(topic(session));
    for (int i = 0; i < COUNT; i++) {
      orders.send(session.createTextMessage("order " + i + " " + "x".repeat(10_000)));
      news.send(session.createTextMessage("news " + i));
      if (i % 3 == 2) {
        session.rollback();
      } else {
        session.commit();
      }
    }
    System.out.println("sent");
  }

  private static void receive(String what, Session session, MessageConsumer consumer)
      throws JMSException {
    int count = 0;
    long characters = 0;
    for (Message each = consumer.receive(5000); each != null; each = next(consumer, count)) {
      count++;
      characters += ((TextMessage) each).getText().length();
      session.commit();
    }
    System.out.println(what + ": " + count + ", " + characters + " characters");
  }

  /** After the last one that there should be, one more would come soon. */
  private static Message next(MessageConsumer consumer, int count) throws JMSException {
    return consumer.receive(count < COUNT / 3 * 2 ? 5000 : 200);
  }
}
