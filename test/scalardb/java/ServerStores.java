import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Databases of a server on loopback. Its place is its name and port, such as `postgresql:54321`: one history at a time.
 *
 * <p>Writes are recorded in the order in which statements make them, not in that of their commits. What depends on one another has the
 * same order in both: a record is locked until the commit, and ScalarDB begins each step after the commit of the one before.
 */
abstract class ServerStores extends Stores {
  static final String USER = "scalar";

  final int port;
  private final String kind;

  ServerStores(String kind, int port) {
    this.kind = kind;
    this.port = port;
  }

  static List<String> keyOf(String table) {
    return table.equals("state") ? List.of("tx_id") : List.of("part", "item");
  }

  static String tableOf(String database) {
    return database.equals(COORDINATOR) ? "state" : Worker.TABLE;
  }

  /** The statements that have the database record its own writes. */
  abstract List<String> recording(Connection connection, String database) throws SQLException;

  /** Where the records of a database's writes are. */
  abstract String historyOf(String database);

  @Override
  String place() {
    return kind + ":" + port;
  }

  @Override
  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), USER, USER);
  }

  @Override
  void additional(Properties properties, String storage) {}

  @Override
  void recordWrites(Connection connection, String database) throws SQLException {
    run(connection, recording(connection, database));
  }

  static void run(Connection connection, List<String> statements) throws SQLException {
    for (String each : statements) connection.createStatement().execute(each);
  }

  @Override
  void printHistory() throws SQLException {
    for (String database : everyDatabase()) {
      try (Connection connection = connect(database);
          ResultSet rows = connection.createStatement()
              .executeQuery("SELECT at, name, record, image FROM " + historyOf(database) + " ORDER BY seq")) {
        while (rows.next()) {
          Map<String, Object> write = new LinkedHashMap<>();
          write.put("store", database);
          write.put("at", rows.getLong(1));
          write.put("table", rows.getString(2));
          write.put("record", rows.getString(3));
          if (rows.getString(4) != null) write.put("image", rows.getString(4));
          Workload.print("write", write);
        }
      }
    }
  }

  /** The statement that inserts a row, given as JSON. */
  abstract String insertion(Connection connection, String table) throws SQLException;

  @Override
  void insert(Connection connection, String table, String image) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(insertion(connection, table))) {
      for (int index = 1; index <= insert.getParameterMetaData().getParameterCount(); index++) insert.setString(index, image);
      insert.executeUpdate();
    }
  }
}
