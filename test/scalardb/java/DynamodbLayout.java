import com.scalar.db.api.DistributedStorage;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Result;
import com.scalar.db.api.Scan;
import com.scalar.db.api.Scanner;
import com.scalar.db.service.StorageFactory;
import com.scalar.db.service.TransactionFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Lets real ScalarDB write transactions into a DynamoDB, and prints the coordinator's rows as ScalarDB itself reads them: a line of
 * JSON for each.
 *
 * <p>Arguments: the DynamoDB's URL, how many transactions, and `name=value` for ScalarDB's properties.
 */
final class DynamodbLayout {
  private static final int WORKERS = 4;

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("scalar.db.storage", "dynamo");
    properties.setProperty("scalar.db.contact_points", "us-east-1");
    properties.setProperty("scalar.db.username", "test");
    properties.setProperty("scalar.db.password", "test");
    properties.setProperty("scalar.db.dynamo.endpoint_override", arguments[0]);
    properties.setProperty("scalar.db.cross_partition_scan.enabled", "true");
    for (int index = 2; index < arguments.length; index++) {
      String[] each = arguments[index].split("=", 2);
      properties.setProperty(each[0], each[1]);
    }
    // Neither auto scaling nor backups have anything to do with the layout.
    Stores.createTables(properties, Map.of("no-scaling", "true", "no-backup", "true"));
    DistributedTransactionManager manager = TransactionFactory.create(properties).getTransactionManager();
    List<Worker> workers = new ArrayList<>();
    for (int index = 0; index < WORKERS; index++) workers.add(new Worker(manager, Stores.NAMESPACES, 0, index, false));
    for (Worker worker : workers) worker.start();
    int wanted = Integer.parseInt(arguments[1]);
    while (workers.stream().mapToLong(Worker::transactions).sum() < wanted) Thread.sleep(50);
    for (Worker worker : workers) worker.end();
    for (Worker worker : workers) worker.join();
    printRows(StorageFactory.create(properties).getStorage());
    System.out.flush();
    // Not all of ScalarDB's threads end with its managers.
    Runtime.getRuntime().halt(0);
  }

  private static void printRows(DistributedStorage storage) throws Exception {
    Scan all = Scan.newBuilder().namespace(Stores.COORDINATOR).table("state").all().build();
    try (Scanner scanner = storage.scan(all)) {
      for (Optional<Result> next; (next = scanner.one()).isPresent(); ) {
        Result row = next.get();
        Map<String, Object> printed = new LinkedHashMap<>();
        printed.put("id", row.getText("tx_id"));
        printed.put("state", row.getInt("tx_state"));
        printed.put("createdAt", row.getBigInt("tx_created_at"));
        if (row.contains("tx_child_ids") && !row.isNull("tx_child_ids")) printed.put("childIds", row.getText("tx_child_ids"));
        if (row.contains("tx_write_set") && !row.isNull("tx_write_set")) printed.put("writeSet", true);
        Workload.print("row", printed);
      }
    }
  }
}
