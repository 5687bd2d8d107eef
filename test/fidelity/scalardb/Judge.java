import com.google.gson.Gson;
import com.scalar.db.config.DatabaseConfig;
import com.scalar.db.storage.cosmos.CosmosConfig;
import com.scalar.db.storage.dynamo.DynamoConfig;
import com.scalar.db.storage.jdbc.JdbcConfig;
import com.scalar.db.storage.multistorage.MultiStorageConfig;
import com.scalar.db.transaction.consensuscommit.ConsensusCommitConfig;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.DriverPropertyInfo;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What ScalarDB and the JDBC drivers make of texts of properties, each a line of Base64: a line of JSON for each, with the
 * coordinator's namespace and, by the storages' names, what ScalarDB connects to.
 */
class Judge {
  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = lines.readLine()) != null; ) {
      Properties properties = new Properties();
      properties.load(new StringReader(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8)));
      System.out.println(new Gson().toJson(judged(properties)));
    }
  }

  private static Map<String, Object> judged(Properties properties) throws Exception {
    DatabaseConfig config = new DatabaseConfig(properties);
    Map<String, Object> storages = new TreeMap<>();
    if (config.getStorage().equals(MultiStorageConfig.STORAGE_NAME)) {
      for (Map.Entry<String, Properties> each : new MultiStorageConfig(config).getDatabasePropertiesMap().entrySet()) {
        storages.put(each.getKey(), connection(new DatabaseConfig(each.getValue())));
      }
    } else {
      storages.put("", connection(config));
    }
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("coordinator", new ConsensusCommitConfig(config).getCoordinatorNamespace().orElse(constant("NAMESPACE")));
    found.put("coordinatorTable", constant("TABLE"));
    found.put("storages", storages);
    return found;
  }

  /** Of the coordinator. */
  private static String constant(String name) throws Exception {
    Class<?> accessor = Class.forName("com.scalar.db.transaction.consensuscommit.CoordinatorStateAccessor");
    java.lang.reflect.Field field = accessor.getDeclaredField(name);
    field.setAccessible(true);
    return (String) field.get(null);
  }

  private static Map<String, String> connection(DatabaseConfig config) throws Exception {
    Map<String, String> found = new TreeMap<>();
    found.put("storage", config.getStorage());
    switch (config.getStorage()) {
      case "dynamo":
        found.put("region", new DynamoConfig(config).getRegion());
        break;
      case "cosmos":
        found.put("endpoint", new CosmosConfig(config).getEndpoint());
        found.put("key", new CosmosConfig(config).getKey());
        break;
      default:
        String url = new JdbcConfig(config).getJdbcUrl();
        found.put("url", url);
        addressed(url.replaceFirst("^jdbc:aws-wrapper:", "jdbc:"), found);
    }
    return found;
  }

  /** As the database's own driver reads the URL. Oracle's says so only to a server that it connects to. */
  private static void addressed(String url, Map<String, String> found) throws Exception {
    if (url.startsWith("jdbc:mysql:")) {
      com.mysql.cj.conf.ConnectionUrl read = com.mysql.cj.conf.ConnectionUrl.getConnectionUrlInstance(url, null);
      put(found, read.getMainHost().getHost(), read.getMainHost().getPort(), read.getDatabase());
      found.put("parameters", new TreeMap<>(read.getConnectionArgumentsAsProperties()).toString());
    } else if (url.startsWith("jdbc:mariadb:")) {
      org.mariadb.jdbc.Configuration read = org.mariadb.jdbc.Configuration.parse(url);
      put(found, read.addresses().get(0).host, read.addresses().get(0).port, read.database());
    } else if (url.startsWith("jdbc:postgresql:")) {
      Properties read = org.postgresql.Driver.parseURL(url, null);
      put(found, read.getProperty("PGHOST"), read.getProperty("PGPORT"), read.getProperty("PGDBNAME"));
    } else if (url.startsWith("jdbc:sqlserver:")) {
      Map<String, String> read = new TreeMap<>();
      for (DriverPropertyInfo info : new com.microsoft.sqlserver.jdbc.SQLServerDriver().getPropertyInfo(url, null)) {
        if (info.value != null) read.put(info.name, info.value);
      }
      put(found, read.get("serverName"), read.get("portNumber"), read.get("databaseName"));
    }
  }

  private static void put(Map<String, String> found, Object host, Object port, Object database) {
    found.put("host", String.valueOf(host));
    found.put("port", String.valueOf(port));
    found.put("database", String.valueOf(database));
  }
}
