import com.scalar.db.api.DistributedTransaction;
import com.scalar.db.api.DistributedTransactionAdmin;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Result;
import com.scalar.db.exception.transaction.TransactionException;
import com.scalar.db.service.TransactionFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * What ScalarDB itself makes of copies: their rows come in, and the records' values go out, as transactions read them after all
 * unfinished transactions have been recovered. Before that the scan Job's own code looks for evidence.
 *
 * <p>A line is a store and a row, separated by a tab; an empty line ends a copy. The answer is a line of JSON for each copy. Rows of
 * `present` are of a second coordinator, with which the Job's code compares the copy's; the line `since` is what it is given as that.
 */
final class Recover {
  private static final int ATTEMPTS = 4000;

  private final Stores stores;
  private final Settings settings;

  Recover(Stores stores, Settings settings) {
    this.stores = stores;
    this.settings = settings;
  }

  void run() throws Exception {
    Properties properties = stores.properties(settings.scalarDb());
    stores.create();
    Stores.createTables(properties, Map.of());
    Properties present = present(properties);
    Path file = Files.createTempFile("present", ".properties");
    try {
      run(properties, present, file);
    } finally {
      Files.delete(file);
    }
  }

  private void run(Properties properties, Properties present, Path file) throws Exception {
    try (OutputStream output = Files.newOutputStream(file)) {
      present.store(output, null);
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<String[]> rows = new ArrayList<>();
    for (String line; (line = lines.readLine()) != null; ) {
      if (!line.isEmpty()) {
        rows.add(line.split("\t", 2));
        continue;
      }
      Map<String, Object> answer = new LinkedHashMap<>();
      stores.replaceWith(rows);
      stores.replacePresent(rows);
      for (String[] row : rows) if (row[0].equals("since")) answer.put("present", comparison(properties, file, row[1]));
      rows.clear();
      // First: what is recovered is no longer what the copies were.
      answer.put("scan", scan(properties));
      // Its end waits for recoveries that newer versions leave to other threads: they must not reach the next copy.
      DistributedTransactionManager manager = TransactionFactory.create(properties).getTransactionManager();
      answer.put("values", readAll(manager));
      manager.close();
      Workload.print("recovered", answer);
    }
  }

  /** The facts that the scan Job finds, by its own code. */
  private static Map<String, Object> scan(Properties properties) throws Exception {
    Properties settings = new Properties();
    settings.setProperty("since", "0");
    settings.setProperty("namespaces", String.join(",", Stores.NAMESPACES));
    Map<String, Object> facts = new LinkedHashMap<>();
    int exit = new VerifyCopies(settings, (Properties) properties.clone()).run(facts);
    if (exit != 0) throw new IllegalStateException("the scan ended with " + exit);
    return facts;
  }

  /** The properties of a second coordinator in the same database, with its table. */
  private static Properties present(Properties properties) throws Exception {
    Properties present = (Properties) properties.clone();
    present.setProperty("scalar.db.consensus_commit.coordinator.namespace", Stores.PRESENT);
    DistributedTransactionAdmin admin = TransactionFactory.create(present).getTransactionAdmin();
    try {
      admin.createCoordinatorTables(true, Map.of());
    } finally {
      admin.close();
    }
    return present;
  }

  /** How the Job's code finds the copy's coordinator to differ from the present one. */
  private static Object comparison(Properties properties, Path present, String since) throws Exception {
    Properties settings = new Properties();
    settings.setProperty("since", since);
    settings.setProperty("namespaces", String.join(",", Stores.NAMESPACES));
    settings.setProperty("presentFile", present.toString());
    Map<String, Object> facts = new LinkedHashMap<>();
    int exit = new VerifyCopies(settings, (Properties) properties.clone()).run(facts);
    if (exit != 0) throw new IllegalStateException("the comparison ended with " + exit);
    return facts.get("present");
  }

  static Map<String, String> readAll(DistributedTransactionManager manager) throws Exception {
    Map<String, String> values = new LinkedHashMap<>();
    for (String namespace : Stores.NAMESPACES) {
      for (int partition = 0; partition < Worker.PARTITIONS; partition++) values.putAll(read(manager, namespace, partition));
    }
    return values;
  }

  /** Reading an unfinished record fails and has it recovered. */
  private static Map<String, String> read(DistributedTransactionManager manager, String namespace, int partition) throws Exception {
    for (int attempt = 1; ; attempt++) {
      DistributedTransaction transaction = manager.begin();
      try {
        Map<String, String> values = new LinkedHashMap<>();
        for (Result result : transaction.scan(new Worker.Target(namespace, partition, 0).scan())) {
          values.put(namespace + "/" + partition + "/" + result.getInt("item"), result.getText("content"));
        }
        transaction.commit();
        return values;
      } catch (TransactionException e) {
        transaction.rollback();
        if (attempt == ATTEMPTS) throw e;
        Thread.sleep(5);
      }
    }
  }
}
