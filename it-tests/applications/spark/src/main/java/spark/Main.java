package spark;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.util.Properties;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Reckons with what sensors have read: {@code Main URL USER PASSWORD}. */
public final class Main {

  private static final int READINGS = 20_000;
  private static final int SENSORS = 50;

  private final SparkSession spark;
  private final String url;
  private final Properties login = new Properties();

  private Main(SparkSession spark, String[] arguments) {
    this.spark = spark;
    url = arguments[0];
    login.setProperty("user", arguments[1]);
    login.setProperty("password", arguments[2]);
    login.setProperty("driver", "org.postgresql.Driver");
  }

  public static void main(String[] arguments) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[4]")
            .appName("sensors")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.local.dir", System.getProperty("user.dir"))
            .config("spark.sql.shuffle.partitions", 4)
            .getOrCreate();
    try {
      Main sensors = new Main(spark, arguments);
      sensors.write();
      sensors.read();
      sensors.summarise();
    } finally {
      spark.stop();
    }
  }

  /** Tables are created, and filled by four tasks. */
  private void write() {
    spark
        .range(0, READINGS, 1, 4)
        .select(col("id"), col("id").mod(SENSORS).cast("int").as("sensor"), col("id").as("celsius"))
        .write()
        .option("batchsize", 500)
        .jdbc(url, "readings", login);
    spark
        .range(SENSORS)
        .select(col("id").cast("int").as("sensor"), col("id").mod(2).equalTo(0).as("outside"))
        .write()
        .mode(SaveMode.Append)
        .jdbc(url, "sensors", login);
  }

  /** Eight tasks read a part each, every one in a session of its own. */
  private void read() {
    Dataset<Row> readings =
        spark
            .read()
            .option("fetchsize", 100)
            .jdbc(
                url,
                "(SELECT *, pg_backend_pid() AS session FROM readings) AS parts",
                "id",
                0,
                READINGS,
                8,
                login);
    Row row = readings.agg(sum("id"), count_distinct(col("session"))).first();
    System.out.println(
        "in "
            + readings.rdd().getNumPartitions()
            + " parts: "
            + row.get(0)
            + " in sum, by "
            + row.get(1)
            + " sessions");
  }

  /** Joins tables, and puts the result into another one. */
  private void summarise() {
    Dataset<Row> readings = spark.read().jdbc(url, "readings", login);
    Dataset<Row> sensors = spark.read().jdbc(url, "sensors", login).filter(col("outside"));
    readings
        .join(sensors, "sensor")
        .groupBy("sensor")
        .agg(avg("celsius").as("mean"), sum(lit(1)).as("number"))
        .write()
        .mode(SaveMode.Overwrite)
        .jdbc(url, "summaries", login);
    Row row =
        spark
            .read()
            .format("jdbc")
            .option("url", url)
            .option("user", login.getProperty("user"))
            .option("password", login.getProperty("password"))
            .option("query", "SELECT count(*), sum(number)::bigint, min(mean) FROM summaries")
            .load()
            .first();
    System.out.println(
        "outside: " + row.get(0) + " sensors, " + row.get(1) + " readings, coldest " + row.get(2));
  }
}
