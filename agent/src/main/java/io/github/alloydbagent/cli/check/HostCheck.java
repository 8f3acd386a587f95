package io.github.alloydbagent.cli.check;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.core.DryRun;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.PostgresProbe;
import io.github.alloydbagent.tunnel.Stage;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one host and reports each step. Uses the agent's own connection code, and reports its
 * error messages.
 */
final class HostCheck {
  private static final String CREDENTIALS = "credentials";
  private static final String TOKEN = "token";
  private static final String ADDRESS = "address";
  private static final String POSTGRESQL = "PostgreSQL";

  private final DryRun dryRun;
  private final @Nullable String user;
  private final String database;
  private final Log log;

  /**
   * Creates a check.
   *
   * @param user the database user to send to PostgreSQL, or null for the default
   */
  HostCheck(DryRun dryRun, @Nullable String user, String database, Log log) {
    this.dryRun = dryRun;
    this.user = user;
    this.database = database;
    this.log = log;
  }

  HostResult run(String host, Mapping mapping, long timeoutMillis, Consumer<String> progress)
      throws InterruptedException {
    Steps steps = new Steps(name -> progress.accept(host + ": " + name));
    Target target = dryRun.target(mapping);
    Deadline deadline = Deadline.inMillis(timeoutMillis);
    String failure = null;
    try {
      boolean isIdentified = identify(target.identity(), deadline, steps);
      if (isIdentified) {
        steps.begin(Stage.ADMIN_API.toString());
      }
      try (Socket tunnel =
          dryRun
              .connector()
              .connect(
                  host,
                  target,
                  deadline,
                  (stage, address) -> onStage(stage, address, target, steps))) {
        steps.succeeded("accepted as " + target.identity().principal());
        steps.begin(POSTGRESQL);
        PostgresProbe probe = PostgresProbe.of(tunnel, host, target, user, database, deadline, log);
        if (probe.isSuccessful()) {
          steps.succeeded(probe.description());
        } else {
          steps.failed();
          failure = "host " + host + ": " + probe.description();
        }
      }
    } catch (IOException e) {
      steps.failed();
      failure =
          steps.current().equals(POSTGRESQL)
              ? "host "
                  + host
                  + ": no response from PostgreSQL: "
                  + ExceptionMessages.sentence(ExceptionMessages.of(e))
              : ExceptionMessages.inOneLine(String.valueOf(e.getMessage()));
    }
    return new HostResult(host, mapping.instance().toString(), steps.done(), failure);
  }

  /** Returns false if it failed; the connection attempt then reports the reason. */
  private boolean identify(Identity identity, Deadline deadline, Steps steps)
      throws InterruptedException {
    steps.begin(CREDENTIALS);
    String kind = await(identity.kind(dryRun.workers()), deadline);
    if (kind == null) {
      return false;
    }
    steps.succeeded(kind + ", from " + identity.name());
    steps.begin(TOKEN);
    if (await(identity.token(Scope.API), deadline) == null
        || await(identity.token(Scope.LOGIN), deadline) == null) {
      return false;
    }
    steps.succeeded("for the API and for login, as " + identity.principal());
    return true;
  }

  private static @Nullable String await(CompletableFuture<String> future, Deadline deadline)
      throws InterruptedException {
    try {
      return future.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return null;
    }
  }

  /** Ends the previous step and begins that of this stage. */
  private static void onStage(Stage stage, @Nullable String address, Target target, Steps steps) {
    switch (stage) {
      case TCP:
        if (address == null) {
          recordConnectionInfo(target, steps);
        } else if (steps.current().equals(ADDRESS)) {
          steps.succeeded(address);
          steps.begin(stage.toString());
        } else {
          steps.beginAgain(ADDRESS);
          steps.succeeded(address);
          steps.begin(stage.toString());
        }
        break;
      case TLS:
        steps.succeeded("connected");
        steps.begin(stage.toString());
        break;
      case METADATA_EXCHANGE:
        steps.succeeded(
            "mutual TLS 1.3; the server's certificate is the cluster's, for this address");
        steps.begin(stage.toString());
        break;
      default: // the other stages wait for what earlier steps cover
    }
  }

  /**
   * Records the step that waited for connection info, which is now cached, so reading it calls no
   * server.
   */
  private static void recordConnectionInfo(Target target, Steps steps) {
    if (steps.current().equals(Stage.ADMIN_API.toString())) {
      steps.succeeded("connection info and client certificate");
    } else {
      steps.beginAgain(Stage.ADMIN_API.toString());
      steps.succeeded("connection info and client certificate, fetched again");
    }
    try {
      ConnectionInfo info = target.connectionInfo().get(Deadline.inMillis(1000));
      long expiryMillis = info.certificate().endMillis();
      long minutes = (expiryMillis - System.currentTimeMillis()) / 60_000;
      steps.addFact(
          "certificate", "valid until " + Log.utc(expiryMillis) + ", for " + minutes + " min");
    } catch (IOException e) {
      // the connection continues with the info it has
    }
    steps.begin(ADDRESS);
  }
}
