import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** A file for each database, in a folder. SQLite has one writer at a time: the order of the recorded writes is the order of the commits. */
final class SqliteStores extends Stores {
  private static final String NOW =
      "CAST(strftime('%s', 'now') AS INTEGER) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER)";

  private final String folder;

  SqliteStores(String folder) {
    this.folder = folder;
  }

  @Override
  String place() {
    return folder;
  }

  @Override
  void create() {
    // The folder is new.
  }

  @Override
  String url(String database) {
    return "jdbc:sqlite:" + folder + "/" + database + ".db?journal_mode=WAL&synchronous=OFF&busy_timeout=20000";
  }

  @Override
  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database));
  }

  @Override
  String tableName(String namespace, String table) {
    return "\"" + namespace + "$" + table + "\"";
  }

  @Override
  void additional(Properties properties, String storage) {}

  @Override
  void recordWrites(Connection connection, String database) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "CREATE TABLE history (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, name TEXT, record TEXT, image TEXT)");
      for (String table : recorded(statement)) {
        Map<String, Boolean> columns = columns(statement, table);
        String name = table.replace("$", ".");
        for (String event : List.of("INSERT", "UPDATE", "DELETE")) {
          String row = event.equals("DELETE") ? "OLD" : "NEW";
          String image = event.equals("DELETE") ? "NULL" : object(row, new ArrayList<>(columns.keySet()));
          String key = object(row, columns.keySet().stream().filter(columns::get).collect(Collectors.toList()));
          statement.executeUpdate("CREATE TRIGGER \"" + table + "_" + event + "\" AFTER " + event + " ON \"" + table
              + "\" BEGIN INSERT INTO history (at, name, record, image) VALUES (" + NOW + ", '" + name + "', " + key + ", "
              + image + "); END");
        }
      }
    }
  }

  private static List<String> recorded(Statement statement) throws SQLException {
    List<String> tables = new ArrayList<>();
    String query = "SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE '%$state' OR name LIKE '%$" + Worker.TABLE + "')";
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) tables.add(rows.getString(1));
    }
    return tables;
  }

  /** Whether each is part of the primary key. */
  private static Map<String, Boolean> columns(Statement statement, String table) throws SQLException {
    Map<String, Boolean> columns = new LinkedHashMap<>();
    try (ResultSet rows = statement.executeQuery("PRAGMA table_info(\"" + table + "\")")) {
      while (rows.next()) columns.put(rows.getString("name"), rows.getInt("pk") > 0);
    }
    return columns;
  }

  /** JSON has no bytes: they are written as text of hexadecimal digits. */
  private static String object(String row, List<String> columns) {
    return columns.stream()
        .map(name -> "'" + name + "', CASE typeof(" + row + ".\"" + name + "\") WHEN 'blob' THEN hex(" + row + ".\"" + name
            + "\") ELSE " + row + ".\"" + name + "\" END")
        .collect(Collectors.joining(", ", "json_object(", ")"));
  }

  @Override
  void printHistory() throws SQLException {
    for (String database : everyDatabase()) {
      try (Connection connection = connect(database);
          ResultSet rows = connection.createStatement().executeQuery("SELECT at, name, record, image FROM history ORDER BY seq")) {
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

  @Override
  void insert(Connection connection, String table, String image) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement keys = connection.prepareStatement("SELECT key FROM json_each(?)")) {
      keys.setString(1, image);
      try (ResultSet rows = keys.executeQuery()) {
        while (rows.next()) names.add(rows.getString(1));
      }
    }
    String columns = names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
    String values = names.stream().map(name -> "json_extract(?1, '$." + name + "')").collect(Collectors.joining(", "));
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table + " (" + columns + ") SELECT " + values)) {
      insert.setString(1, image);
      insert.executeUpdate();
    }
  }
}
