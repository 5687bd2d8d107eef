import java.sql.DriverManager;
import java.sql.SQLException;

/** Connects to the JDBC URL that it is given, as any product does; what the server is told is the server's to see. */
class Connect {
  public static void main(String[] arguments) {
    DriverManager.setLoginTimeout(10);
    try {
      DriverManager.getConnection(arguments[0], "scalar", "word").close();
    } catch (SQLException refused) {
      System.out.println(refused.getMessage());
    }
  }
}
