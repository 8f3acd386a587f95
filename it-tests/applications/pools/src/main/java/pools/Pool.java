package pools;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalDataSourceListener;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.sql.Connection;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vibur.dbcp.ViburDBCPDataSource;

/** A pool of {@link #SIZE} connections that looks at each before it gives it out. */
final class Pool implements AutoCloseable {

  static final int SIZE = 5;

  final DataSource source;
  private final AutoCloseable closing;

  private Pool(DataSource source, AutoCloseable closing) {
    this.source = source;
    this.closing = closing;
  }

  static Pool open(String name, Login login) throws Exception {
    switch (name) {
      case "HikariCP":
        return hikari(login);
      case "tomcat-jdbc":
        return tomcat(login);
      case "commons-dbcp2":
        return dbcp(login);
      case "c3p0":
        return c3p0(login);
      case "agroal-pool":
        return agroal(login);
      case "vibur-dbcp":
        return vibur(login);
      default:
        throw new IllegalArgumentException("no pool " + name);
    }
  }

  /** Asks {@code isValid}: of every connection by the property that {@code Main} sets. */
  private static Pool hikari(Login login) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(login.url);
    config.setUsername(login.user);
    config.setPassword(login.password);
    config.setMaximumPoolSize(SIZE);
    HikariDataSource source = new HikariDataSource(config);
    return new Pool(source, source);
  }

  /** By a query. */
  private static Pool tomcat(Login login) {
    PoolProperties properties = new PoolProperties();
    properties.setUrl(login.url);
    properties.setDriverClassName("org.postgresql.Driver");
    properties.setUsername(login.user);
    properties.setPassword(login.password);
    properties.setMaxActive(SIZE);
    properties.setMaxIdle(SIZE);
    properties.setInitialSize(1);
    properties.setMinIdle(1);
    properties.setTestOnBorrow(true);
    properties.setValidationQuery("SELECT 1");
    properties.setValidationInterval(0);
    properties.setJdbcInterceptors("ConnectionState;StatementFinalizer");
    org.apache.tomcat.jdbc.pool.DataSource source =
        new org.apache.tomcat.jdbc.pool.DataSource(properties);
    return new Pool(source, source::close);
  }

  /** By a query, with the driver's statements kept in a pool of their own. */
  private static Pool dbcp(Login login) {
    BasicDataSource source = new BasicDataSource();
    source.setUrl(login.url);
    source.setUsername(login.user);
    source.setPassword(login.password);
    source.setMaxTotal(SIZE);
    source.setMaxIdle(SIZE);
    source.setPoolPreparedStatements(true);
    source.setValidationQuery("SELECT 1");
    source.setTestOnBorrow(true);
    return new Pool(source, source);
  }

  private static Pool c3p0(Login login) throws Exception {
    ComboPooledDataSource source = new ComboPooledDataSource();
    source.setDriverClass("org.postgresql.Driver");
    source.setJdbcUrl(login.url);
    source.setUser(login.user);
    source.setPassword(login.password);
    source.setInitialPoolSize(SIZE);
    source.setMinPoolSize(SIZE);
    source.setMaxPoolSize(SIZE);
    source.setTestConnectionOnCheckout(true);
    return new Pool(source, source::close);
  }

  private static Pool agroal(Login login) throws Exception {
    AgroalDataSourceConfigurationSupplier configuration =
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(
                pool ->
                    pool.maxSize(SIZE)
                        .initialSize(1)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .connectionValidator(ConnectionValidator.defaultValidator())
                        .idleValidationTimeout(Duration.ofMillis(1))
                        .exceptionSorter(new PostgreSQLExceptionSorter())
                        .connectionFactoryConfiguration(
                            factory ->
                                factory
                                    .jdbcUrl(login.url)
                                    .principal(new NamePrincipal(login.user))
                                    .credential(new SimplePassword(login.password))));
    AgroalDataSource source = AgroalDataSource.from(configuration, new Log());
    return new Pool(source, source);
  }

  private static Pool vibur(Login login) {
    ViburDBCPDataSource source = new ViburDBCPDataSource();
    source.setJdbcUrl(login.url);
    source.setUsername(login.user);
    source.setPassword(login.password);
    source.setPoolInitialSize(1);
    source.setPoolMaxSize(SIZE);
    source.setConnectionIdleLimitInSeconds(0);
    source.setTestConnectionQuery("isValid");
    source.start();
    return new Pool(source, source);
  }

  @Override
  public void close() throws Exception {
    closing.close();
  }

  /** What Agroal tells of, which it logs nowhere by itself. */
  private static final class Log implements AgroalDataSourceListener {

    private final Logger logger = LoggerFactory.getLogger(AgroalDataSource.class);

    @Override
    public void onConnectionInvalid(Connection connection) {
      logger.info("a connection was not valid");
    }

    @Override
    public void onWarning(String message) {
      logger.warn(message);
    }

    @Override
    public void onWarning(Throwable throwable) {
      logger.warn("trouble", throwable);
    }
  }
}
