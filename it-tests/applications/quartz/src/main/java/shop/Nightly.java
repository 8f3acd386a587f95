package shop;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.PersistJobDataAfterExecution;
import org.quartz.Scheduler;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.utils.DBConnectionManager;

/**
 * {@code Nightly create} makes Quartz's tables, and starts a job during whose third run the JVM
 * ends without further ado; {@code Nightly recover} takes up what it left.
 */
public final class Nightly {

  private static final int RUNS = 6;
  private static final CountDownLatch END = new CountDownLatch(1);
  private static volatile boolean fails;

  private Nightly() {}

  public static void main(String[] args) throws Exception {
    fails = args[0].equals("create");
    Scheduler scheduler = new StdSchedulerFactory().getScheduler();
    if (fails) {
      createTables();
      schedule(scheduler);
    }
    scheduler.start();
    if (!END.await(40, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the job did not run often enough");
    }
    scheduler.shutdown(true);
    System.out.println("shut down");
  }

  private static void createTables() throws Exception {
    try (InputStream in =
            Scheduler.class.getResourceAsStream("impl/jdbcjobstore/tables_postgres.sql");
        Connection connection = DBConnectionManager.getInstance().getConnection("shop");
        Statement statement = connection.createStatement()) {
      statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static void schedule(Scheduler scheduler) throws Exception {
    JobDetail job =
        JobBuilder.newJob(Report.class)
            .withIdentity("report")
            .usingJobData("runs", 0)
            .requestRecovery()
            .build();
    Trigger trigger =
        TriggerBuilder.newTrigger()
            .startNow()
            .withSchedule(
                SimpleScheduleBuilder.simpleSchedule()
                    .withIntervalInMilliseconds(100)
                    .withRepeatCount(RUNS - 1))
            .build();
    scheduler.scheduleJob(job, trigger);
  }

  /** Counts its runs in the database. */
  @PersistJobDataAfterExecution
  @DisallowConcurrentExecution
  public static final class Report implements Job {

    @Override
    public void execute(JobExecutionContext context) {
      int run = context.getJobDetail().getJobDataMap().getInt("runs") + 1;
      System.out.println("run " + run + (context.isRecovering() ? ", recovered" : ""));
      if (fails && run == 3) {
        Runtime.getRuntime().halt(3);
      }
      context.getJobDetail().getJobDataMap().put("runs", run);
      if (run == RUNS) {
        END.countDown();
      }
    }
  }
}
