package debezium;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** A running engine, and the changes that it has told of. */
final class Engine implements AutoCloseable {

  private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final DebeziumEngine<?> engine;

  Engine(Properties properties) {
    engine =
        DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(properties)
            .notifying(this::take)
            .using(
                (success, message, error) -> ends.add(success ? "success" : message + " " + error))
            .build();
    thread.execute(engine);
  }

  private void take(RecordChangeEvent<SourceRecord> event) {
    Struct value = (Struct) event.record().value();
    if (value != null) { // which it is once more after a deletion
      Struct row = value.getStruct("after");
      boolean deleted = row == null;
      Struct known = deleted ? value.getStruct("before") : row;
      String item = deleted ? "" : " " + row.getString("item");
      changes.add(value.getString("op") + " " + known.getInt32("id") + item);
    }
  }

  List<String> await(int number) throws InterruptedException {
    List<String> came = new ArrayList<>();
    while (came.size() < number) {
      String change = changes.poll(1, TimeUnit.MINUTES);
      if (change == null) {
        throw new IllegalStateException("after " + came + " came nothing; ended: " + ends);
      }
      came.add(change);
    }
    return came;
  }

  /** Stops it as its manual says, and keeps how far it came. */
  @Override
  public void close() throws IOException {
    engine.close();
    thread.shutdown();
    try {
      String end = ends.poll(1, TimeUnit.MINUTES);
      if (!"success".equals(end) || !thread.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the engine's end: " + end);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (!changes.isEmpty()) {
      throw new IllegalStateException("not expected: " + changes);
    }
  }
}
