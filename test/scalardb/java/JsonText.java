import java.util.Map;
import java.util.stream.Collectors;

/** Texts of maps, lists, texts, numbers and truth values: not every version of ScalarDB brings a library for it. */
final class JsonText {
  private JsonText() {}

  static String text(Object value) {
    if (value instanceof Map) {
      return ((Map<?, ?>) value).entrySet().stream()
          .map(entry -> quoted(entry.getKey().toString()) + ":" + text(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof Iterable) {
      StringBuilder list = new StringBuilder("[");
      for (Object each : (Iterable<?>) value) list.append(list.length() > 1 ? "," : "").append(text(each));
      return list.append("]").toString();
    }
    return value == null || value instanceof Number || value instanceof Boolean ? String.valueOf(value) : quoted(value.toString());
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') quoted.append('\\').append(each);
      else if (each < ' ') quoted.append(String.format("\\u%04x", (int) each));
      else quoted.append(each);
    }
    return quoted.append('"').toString();
  }
}
