import com.scalar.db.api.DistributedTransactionAdmin;
import com.scalar.db.api.TableMetadata;
import com.scalar.db.io.DataType;
import com.scalar.db.service.TransactionFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The databases of a multi-storage configuration: one for each namespace, the coordinator in one of its own. Each records its own
 * writes in the order in which it makes them, with the instant, in a table `history` that triggers fill.
 */
abstract class Stores {
  static final List<String> NAMESPACES = List.of("ledger", "customers", "orders");
  static final String COORDINATOR = "coordinator";
  /** The namespace of a second coordinator, in the database of the first. */
  static final String PRESENT = "present_coordinator";

  /** @param place `postgresql:` or `mysql:` and a port, or a folder for SQLite */
  static Stores at(String place) {
    String[] server = place.split(":");
    if (server[0].equals("postgresql")) return new PostgresqlStores(Integer.parseInt(server[1]));
    if (server[0].equals("mysql")) return new MysqlStores(Integer.parseInt(server[1]));
    return new SqliteStores(place);
  }

  /** Empty databases, in place of what there is. */
  abstract void create() throws SQLException;

  abstract String place();

  abstract String url(String database);

  abstract Connection connect(String database) throws SQLException;

  abstract void recordWrites(Connection connection, String database) throws SQLException;

  /** As SQL writes it. */
  abstract String tableName(String namespace, String table);

  abstract void additional(Properties properties, String storage);

  List<String> namespaces() {
    return NAMESPACES;
  }

  private static List<String> databases() {
    List<String> databases = new ArrayList<>(NAMESPACES);
    databases.add(COORDINATOR);
    return databases;
  }

  Properties properties(Properties consensusCommit) {
    Properties properties = new Properties();
    properties.setProperty("scalar.db.storage", "multi-storage");
    properties.setProperty("scalar.db.multi_storage.storages", String.join(",", databases()));
    properties.setProperty("scalar.db.multi_storage.default_storage", COORDINATOR);
    StringBuilder mapping = new StringBuilder();
    for (String database : databases()) {
      String storage = "scalar.db.multi_storage.storages." + database + ".";
      properties.setProperty(storage + "storage", "jdbc");
      properties.setProperty(storage + "contact_points", url(database));
      properties.setProperty(storage + "username", ServerStores.USER);
      properties.setProperty(storage + "password", ServerStores.USER);
      for (String pool : List.of("connection_pool", "table_metadata.connection_pool", "admin.connection_pool")) {
        properties.setProperty(storage + "jdbc." + pool + ".min_idle", "1");
      }
      additional(properties, storage);
      mapping.append(mapping.length() > 0 ? "," : "").append(database).append(":").append(database);
    }
    properties.setProperty("scalar.db.multi_storage.namespace_mapping", mapping.toString());
    properties.putAll(consensusCommit);
    return properties;
  }

    /** @param options of creation, for the storages that have some */
  static void createTables(Properties properties, Map<String, String> options) throws Exception {
    DistributedTransactionAdmin admin = TransactionFactory.create(properties).getTransactionAdmin();
    try {
      admin.createCoordinatorTables(true, options);
      for (String namespace : NAMESPACES) {
        admin.createNamespace(namespace, true, options);
        TableMetadata metadata = TableMetadata.newBuilder().addColumn("part", DataType.INT).addColumn("item", DataType.INT)
            .addColumn("content", DataType.TEXT).addPartitionKey("part").addClusteringKey("item").build();
        admin.createTable(namespace, Worker.TABLE, metadata, true, options);
      }
    } finally {
      admin.close();
    }
  }

  void recordWrites() throws SQLException {
    for (String database : databases()) {
      try (Connection connection = connect(database)) {
        recordWrites(connection, database);
      }
    }
  }

  /** As administrators do who delete old rows from the coordinator's table. */
  void purge(long createdBefore) throws SQLException {
    String delete = "DELETE FROM " + tableName(COORDINATOR, "state") + " WHERE tx_created_at < " + createdBefore;
    try (Connection connection = connect(COORDINATOR)) {
      connection.createStatement().executeUpdate(delete);
    }
  }

  abstract void printHistory() throws SQLException;

  /** A row of ScalarDB's, with its metadata, from JSON. */
  abstract void insert(Connection connection, String table, String image) throws SQLException;

  /** Instead of what the tables have. */
  void replaceWith(List<String[]> rows) throws SQLException {
    for (String database : databases()) {
      try (Connection connection = connect(database)) {
        connection.setAutoCommit(false);
        String table = database.equals(COORDINATOR) ? "state" : Worker.TABLE;
        connection.createStatement().executeUpdate("DELETE FROM " + tableName(database, table));
        for (String[] row : rows) if (row[0].equals(database)) insert(connection, tableName(database, table), row[1]);
        connection.commit();
      }
    }
  }

  /** The rows of the second coordinator. */
  void replacePresent(List<String[]> rows) throws SQLException {
    try (Connection connection = connect(COORDINATOR)) {
      connection.setAutoCommit(false);
      String table = tableName(PRESENT, "state");
      connection.createStatement().executeUpdate("DELETE FROM " + table);
      for (String[] row : rows) if (row[0].equals("present")) insert(connection, table, row[1]);
      connection.commit();
    }
  }

  static List<String> everyDatabase() {
    return databases();
  }
}
