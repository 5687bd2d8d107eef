import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A database for each namespace on one server that speaks MySQL's protocol: MySQL's databases are ScalarDB's namespaces. */
final class MysqlStores extends ServerStores {
  MysqlStores(int port) {
    super("mysql", port);
  }

  @Override
  void create() throws SQLException {
    List<String> statements = new ArrayList<>();
    for (String database : everyDatabase()) statements.add("DROP DATABASE IF EXISTS " + database);
    for (String other : List.of(PRESENT, "scalardb")) statements.add("DROP DATABASE IF EXISTS " + other);
    try (Connection connection = connect("")) {
      run(connection, statements);
    }
  }

  @Override
  String url(String database) {
    return "jdbc:mysql://127.0.0.1:" + port + "/?allowPublicKeyRetrieval=true&useSSL=false";
  }

  @Override
  String tableName(String namespace, String table) {
    return "`" + namespace + "`.`" + table + "`";
  }

  @Override
  String historyOf(String database) {
    return tableName(database, "history");
  }

  @Override
  List<String> recording(Connection connection, String database) throws SQLException {
    String table = tableOf(database);
    Map<String, Boolean> columns = columns(connection, database, table);
    List<String> statements = new ArrayList<>();
    statements.add("CREATE TABLE " + historyOf(database)
        + " (seq BIGINT AUTO_INCREMENT PRIMARY KEY, at BIGINT, name TEXT, record TEXT, image LONGTEXT)");
    for (String event : List.of("INSERT", "UPDATE", "DELETE")) {
      String row = event.equals("DELETE") ? "OLD" : "NEW";
      Map<String, Boolean> key = new LinkedHashMap<>(columns);
      key.keySet().retainAll(keyOf(table));
      String image = event.equals("DELETE") ? "NULL" : object(row, columns);
      // SYSDATE: the time of now, not of the statement's beginning.
      statements.add("CREATE TRIGGER " + tableName(database, "record_" + event) + " AFTER " + event + " ON "
          + tableName(database, table) + " FOR EACH ROW INSERT INTO " + historyOf(database)
          + " (at, name, record, image) VALUES (FLOOR(UNIX_TIMESTAMP(SYSDATE(3)) * 1000), '" + database + "." + table + "', "
          + object(row, key) + ", " + image + ")");
    }
    return statements;
  }

  /** Whether each holds bytes. */
  private static Map<String, Boolean> columns(Connection connection, String database, String table) throws SQLException {
    Map<String, Boolean> columns = new LinkedHashMap<>();
    String query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '" + database
        + "' AND table_name = '" + table + "' ORDER BY ordinal_position";
    try (ResultSet rows = connection.createStatement().executeQuery(query)) {
      while (rows.next()) columns.put(rows.getString(1), rows.getString(2).contains("blob"));
    }
    return columns;
  }

  /** JSON has no bytes: they are written as text of hexadecimal digits. */
  private static String object(String row, Map<String, Boolean> columns) {
    return columns.entrySet().stream()
        .map(each -> "'" + each.getKey() + "', " + (each.getValue() ? "HEX(" : "") + row + ".`" + each.getKey() + "`"
            + (each.getValue() ? ")" : ""))
        .collect(Collectors.joining(", ", "JSON_OBJECT(", ")"));
  }

  @Override
  String insertion(Connection connection, String table) throws SQLException {
    String[] names = table.replace("`", "").split("\\.");
    List<String> columns = new ArrayList<>(columns(connection, names[0], names[1]).keySet());
    return "INSERT INTO " + table + columns.stream().collect(Collectors.joining("`, `", " (`", "`)")) + " VALUES "
        // A null of JSON is a text of that name.
        + columns.stream().map(name -> "NULLIF(JSON_VALUE(?, '$." + name + "'), 'null')").collect(Collectors.joining(", ", "(", ")"));
  }
}
