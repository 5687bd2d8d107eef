import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A database of a PostgreSQL server for each, with a schema for its namespace. */
final class PostgresqlStores extends ServerStores {
  PostgresqlStores(int port) {
    super("postgresql", port);
  }

  @Override
  void create() throws SQLException {
    try (Connection connection = connect("postgres")) {
      for (String database : everyDatabase()) {
        run(connection, List.of("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)", "CREATE DATABASE " + database));
      }
    }
  }

  @Override
  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  @Override
  String tableName(String namespace, String table) {
    return "\"" + namespace + "\".\"" + table + "\"";
  }

  @Override
  String historyOf(String database) {
    return "public.history";
  }

  @Override
  List<String> recording(Connection connection, String database) {
    String table = tableOf(database);
    List<String> statements = new ArrayList<>();
    statements.add("CREATE TABLE public.history (seq BIGSERIAL PRIMARY KEY, at BIGINT, name TEXT, record TEXT, image TEXT)");
    statements.add("CREATE FUNCTION public.record_write() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        + "DECLARE written JSONB := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);\n"
        + "BEGIN\n"
        + "  INSERT INTO public.history (at, name, record, image) VALUES (\n"
        + "    floor(extract(epoch FROM clock_timestamp()) * 1000), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME,\n"
        + "    (SELECT jsonb_object_agg(name, written -> name) FROM unnest(TG_ARGV) AS name),\n"
        + "    CASE TG_OP WHEN 'DELETE' THEN NULL ELSE written END);\n"
        + "  RETURN NULL;\n"
        + "END $$");
    statements.add("CREATE TRIGGER record_write AFTER INSERT OR UPDATE OR DELETE ON " + tableName(database, table)
        + " FOR EACH ROW EXECUTE FUNCTION public.record_write('" + String.join("', '", keyOf(table)) + "')");
    return statements;
  }

  @Override
  String insertion(Connection connection, String table) {
    return "INSERT INTO " + table + " SELECT * FROM jsonb_populate_record(NULL::" + table + ", ?::jsonb)";
  }
}
