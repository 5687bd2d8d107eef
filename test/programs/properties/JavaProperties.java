import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;
import java.util.TreeSet;

/** Reads texts of properties, each a line of Base64, as Java does, and prints what they hold: KEY:VALUE KEY:VALUE, or "refused". */
class JavaProperties {
  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = lines.readLine()) != null; ) System.out.println(entries(decoded(line)));
  }

  private static String entries(String text) throws Exception {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IllegalArgumentException malformed) {
      return "refused";
    }
    StringBuilder entries = new StringBuilder();
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      entries.append(encoded(key)).append(':').append(encoded(properties.getProperty(key))).append(' ');
    }
    return entries.toString().trim();
  }

  private static String decoded(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
