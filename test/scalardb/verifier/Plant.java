import com.scalar.db.api.ConditionBuilder;
import com.scalar.db.api.Delete;
import com.scalar.db.api.DistributedStorage;
import com.scalar.db.api.DistributedStorageAdmin;
import com.scalar.db.api.DistributedTransaction;
import com.scalar.db.api.DistributedTransactionAdmin;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Get;
import com.scalar.db.api.Put;
import com.scalar.db.api.Result;
import com.scalar.db.api.Scan;
import com.scalar.db.api.Scanner;
import com.scalar.db.api.TableMetadata;
import com.scalar.db.api.TwoPhaseCommitTransaction;
import com.scalar.db.api.TwoPhaseCommitTransactionManager;
import com.scalar.db.exception.transaction.TransactionException;
import com.scalar.db.io.DataType;
import com.scalar.db.io.Key;
import com.scalar.db.service.StorageFactory;
import com.scalar.db.service.TransactionFactory;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Databases for the tests of VerifyCopies.java: ScalarDB fills one, or plants a defect in one. Arguments are pairs: a file of ScalarDB's
 * properties, and what to do.
 */
class Plant {
  private static final int ACCOUNTS = 37;
  private static final List<String> OLDEST = List.of("o1", "o2", "o3");

  public static void main(String[] arguments) throws Exception {
    for (int at = 0; at < arguments.length; at += 2) {
      Properties properties = new Properties();
      try (InputStream input = Files.newInputStream(Path.of(arguments[at]))) {
        properties.load(input);
      }
      new Plant(properties).plant(arguments[at + 1]);
    }
    System.exit(0);
  }

  private final Properties properties;
  private final DistributedStorage storage;

  private Plant(Properties properties) {
    this.properties = properties;
    properties.setProperty("scalar.db.cross_partition_scan.enabled", "true");
    storage = StorageFactory.create(properties).getStorage();
  }

  private void plant(String what) throws Exception {
    switch (what) {
      case "filled":
        fill();
        break;
      case "row-lost":
        deleteRow(transactionOf("a7"));
        break;
      case "row-aborted": {
        String id = transactionOf("a7");
        deleteRow(id);
        putRow(id, 4);
        break;
      }
      case "leftovers-to-roll-back":
        leaveUnfinished();
        break;
      case "leftovers-to-commit":
        putRow(leaveUnfinished(), 3);
        break;
      case "before-image-without-row": {
        String before = transactionOf("alone");
        leaveUnfinished();
        deleteRow(before);
        break;
      }
      case "before-image-that-never-returns": {
        String before = transactionOf("alone");
        putRow(leaveUnfinished(), 3);
        deleteRow(before);
        break;
      }
      case "purged":
        for (String owner : OLDEST) deleteRow(transactionOf(owner));
        break;
      case "imported":
        storage.put(account("imported").intValue("balance", 5).build());
        break;
      case "no-coordinator":
        drop("state");
        break;
      case "unreadable":
        sql("DROP TABLE " + properties.getProperty("test.table"));
        break;
      default:
        throw new IllegalArgumentException(what);
    }
    storage.close();
  }

  private void fill() throws Exception {
    DistributedTransactionAdmin admin = TransactionFactory.create(properties).getTransactionAdmin();
    admin.createCoordinatorTables(true);
    admin.createNamespace("ledger", true);
    TableMetadata accounts =
        TableMetadata.newBuilder()
            .addColumn("owner", DataType.TEXT)
            .addColumn("number", DataType.INT)
            .addColumn("balance", DataType.INT)
            .addPartitionKey("owner")
            .addClusteringKey("number")
            .build();
    admin.createTable("ledger", "accounts", accounts, true);
    admin.close();
    DistributedStorageAdmin plain = StorageFactory.create(properties).getStorageAdmin();
    plain.createTable("ledger", "plain", accounts, true);
    plain.close();
    DistributedTransactionManager manager = TransactionFactory.create(properties).getTransactionManager();
    for (String owner : OLDEST) committed(manager, owner);
    // So that no other row is as old as theirs.
    Thread.sleep(100);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> running = new ArrayList<>();
    for (int each = 0; each < ACCOUNTS; each++) {
      String owner = "a" + each;
      running.add(threads.submit(() -> committed(manager, owner)));
    }
    for (Future<?> each : running) each.get();
    threads.shutdown();
    // Its transaction writes nothing else, and is not the oldest.
    committed(manager, "alone");
    manager.close();
  }

  private static Void committed(DistributedTransactionManager manager, String owner) throws Exception {
    for (int attempt = 0; ; attempt++) {
      DistributedTransaction transaction = manager.begin();
      try {
        transaction.get(read(owner, 1));
        transaction.put(account(owner).intValue("balance", 10).build());
        transaction.commit();
        return null;
      } catch (TransactionException conflict) {
        transaction.abort();
        if (attempt == 20) throw conflict;
      }
    }
  }

  /** A transaction whose process ends after its prepare phase: an update, an insert and a delete. */
  private String leaveUnfinished() throws Exception {
    properties.setProperty("scalar.db.consensus_commit.coordinator.group_commit.enabled", "false");
    TwoPhaseCommitTransactionManager manager = TransactionFactory.create(properties).getTwoPhaseCommitTransactionManager();
    TwoPhaseCommitTransaction transaction = manager.begin();
    transaction.get(read("alone", 1));
    transaction.put(account("alone").intValue("balance", 11).build());
    transaction.get(read("new", 1));
    transaction.put(account("new").intValue("balance", 1).build());
    transaction.get(read("a3", 1));
    transaction.delete(Delete.newBuilder().namespace("ledger").table("accounts").partitionKey(Key.ofText("owner", "a3")).clusteringKey(Key.ofInt("number", 1)).build());
    transaction.prepare();
    return transaction.getId();
  }

  private String transactionOf(String owner) throws Exception {
    return storage.get(read(owner, 1)).get().getText("tx_id");
  }

  /** Of a group, the row that all its transactions share. */
  private void deleteRow(String id) throws Exception {
    for (Result row : rows()) {
      String key = row.getText("tx_id");
      boolean isGroup = row.contains("tx_child_ids") && !row.isNull("tx_child_ids") && !row.getText("tx_child_ids").isEmpty();
      if (key.equals(id) || (isGroup && id.startsWith(key)))
        storage.delete(Delete.newBuilder().namespace("coordinator").table("state").partitionKey(Key.ofText("tx_id", key)).build());
    }
  }

  private void putRow(String id, int state) throws Exception {
    storage.put(
        Put.newBuilder().namespace("coordinator").table("state").partitionKey(Key.ofText("tx_id", id)).intValue("tx_state", state)
            .bigIntValue("tx_created_at", System.currentTimeMillis()).condition(ConditionBuilder.putIfNotExists()).build());
  }

  private List<Result> rows() throws Exception {
    try (Scanner scanner = storage.scan(Scan.newBuilder().namespace("coordinator").table("state").all().build())) {
      return new ArrayList<>(scanner.all());
    }
  }

  private void drop(String table) throws Exception {
    DistributedStorageAdmin admin = StorageFactory.create(properties).getStorageAdmin();
    admin.dropTable("coordinator", table);
    admin.close();
  }

  private void sql(String statement) throws Exception {
    String url = properties.getProperty("scalar.db.contact_points");
    try (Connection connection =
        DriverManager.getConnection(url, properties.getProperty("scalar.db.username"), properties.getProperty("scalar.db.password"))) {
      connection.createStatement().executeUpdate(statement);
    }
  }

  private static com.scalar.db.api.PutBuilder.Buildable account(String owner) {
    return Put.newBuilder().namespace("ledger").table("accounts").partitionKey(Key.ofText("owner", owner)).clusteringKey(Key.ofInt("number", 1));
  }

  private static Get read(String owner, int number) {
    return Get.newBuilder().namespace("ledger").table("accounts").partitionKey(Key.ofText("owner", owner)).clusteringKey(Key.ofInt("number", number)).build();
  }
}
