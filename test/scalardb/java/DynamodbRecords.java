import com.scalar.db.api.DistributedStorage;
import com.scalar.db.api.DistributedTransaction;
import com.scalar.db.api.DistributedTransactionAdmin;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Put;
import com.scalar.db.api.Result;
import com.scalar.db.api.Scan;
import com.scalar.db.api.TableMetadata;
import com.scalar.db.api.TransactionState;
import com.scalar.db.api.TwoPhaseCommitTransaction;
import com.scalar.db.api.TwoPhaseCommitTransactionManager;
import com.scalar.db.api.Upsert;
import com.scalar.db.exception.transaction.TransactionException;
import com.scalar.db.io.DataType;
import com.scalar.db.io.Key;
import com.scalar.db.service.StorageFactory;
import com.scalar.db.service.TransactionFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Lets real ScalarDB read and write records in a DynamoDB, a secondary index among them. It prints two lines of JSON: all records as
 * transactions read them before it writes, and afterwards. With `leave`, it ends in the middle of two transactions: both are prepared,
 * and one is committed in the coordinator, but not in its records.
 *
 * <p>Arguments: the DynamoDB's URL, `create`, `use` or `leave`, how many transactions, the seed, and `name=value` for ScalarDB's properties.
 */
final class DynamodbRecords {
  private static final String NAMESPACE = "ledger";
  private static final String ACCOUNTS = "accounts";
  private static final int OWNERS = 3;
  private static final Map<String, String> OPTIONS = Map.of("no-scaling", "true", "no-backup", "true");

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("scalar.db.storage", "dynamo");
    properties.setProperty("scalar.db.contact_points", "ap-northeast-1");
    properties.setProperty("scalar.db.username", "test");
    properties.setProperty("scalar.db.password", "test");
    properties.setProperty("scalar.db.dynamo.endpoint_override", arguments[0]);
    properties.setProperty("scalar.db.cross_partition_scan.enabled", "true");
    for (int index = 4; index < arguments.length; index++) {
      String[] each = arguments[index].split("=", 2);
      properties.setProperty(each[0], each[1]);
    }
    if (arguments[1].equals("create")) create(properties);
    DistributedTransactionManager manager = TransactionFactory.create(properties).getTransactionManager();
    Workload.print("before", new TreeMap<>(recovered(manager)));
    int seed = Integer.parseInt(arguments[3]);
    Worker worker = new Worker(manager, Stores.NAMESPACES, 0, seed, false);
    int wanted = Integer.parseInt(arguments[2]);
    while (worker.transactions() < wanted) worker.once();
    if (wanted > 0) open(manager, seed);
    Workload.print("after", new TreeMap<>(records(manager)));
    if (arguments[1].equals("leave")) leave(properties);
    System.out.flush();
    // Not all of ScalarDB's threads end with its managers.
    Runtime.getRuntime().halt(0);
  }

  private static void create(Properties properties) throws Exception {
    Stores.createTables(properties, OPTIONS);
    DistributedTransactionAdmin admin = TransactionFactory.create(properties).getTransactionAdmin();
    try {
      TableMetadata metadata = TableMetadata.newBuilder().addColumn("id", DataType.INT).addColumn("owner", DataType.INT)
          .addPartitionKey("id").addSecondaryIndex("owner").build();
      admin.createTable(NAMESPACE, ACCOUNTS, metadata, true, OPTIONS);
    } finally {
      admin.close();
    }
  }

  private static void leave(Properties properties) throws Exception {
    TwoPhaseCommitTransactionManager manager = TransactionFactory.create(properties).getTwoPhaseCommitTransactionManager();
    DistributedStorage storage = StorageFactory.create(properties).getStorage();
    String committed = prepare(manager, 0, "committed");
    prepare(manager, 1, "undecided");
    storage.put(Put.newBuilder().namespace(Stores.COORDINATOR).table("state").partitionKey(Key.ofText("tx_id", committed))
        .intValue("tx_state", TransactionState.COMMITTED.get()).bigIntValue("tx_created_at", System.currentTimeMillis()).build());
  }

  /** Writes the item in every namespace. */
  private static String prepare(TwoPhaseCommitTransactionManager manager, int item, String content) throws Exception {
    TwoPhaseCommitTransaction transaction = manager.begin();
    for (String namespace : Stores.NAMESPACES) {
      Worker.Target target = new Worker.Target(namespace, 0, item);
      transaction.get(target.get());
      transaction.upsert(target.upsert(content));
    }
    transaction.prepare();
    transaction.validate();
    return transaction.getId();
  }

  /** The records, once ScalarDB has ended transactions that others have left: 15 seconds after they were prepared. */
  private static Map<String, Object> recovered(DistributedTransactionManager manager) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try {
        return records(manager);
      } catch (TransactionException e) {
        if (attempt == 60 || String.valueOf(e.getCause()).contains("does not exist")) throw e;
        Thread.sleep(1000);
      }
    }
  }

  /** Gives an account to somebody. */
  private static void open(DistributedTransactionManager manager, int id) throws Exception {
    DistributedTransaction transaction = manager.begin();
    transaction.upsert(Upsert.newBuilder().namespace(NAMESPACE).table(ACCOUNTS).partitionKey(Key.ofInt("id", id))
        .intValue("owner", id % OWNERS).build());
    transaction.commit();
  }

  /** By name, with what they have. */
  private static Map<String, Object> records(DistributedTransactionManager manager) throws Exception {
    Map<String, Object> records = new TreeMap<>();
    DistributedTransaction transaction = manager.begin();
    for (String namespace : Stores.NAMESPACES) {
      for (int partition = 0; partition < Worker.PARTITIONS; partition++) {
        Scan scan = Scan.newBuilder().namespace(namespace).table(Worker.TABLE).partitionKey(Key.ofInt("part", partition)).build();
        for (Result row : transaction.scan(scan))
          records.put(namespace + " " + row.getInt("part") + " " + row.getInt("item"), Optional.ofNullable(row.getText("content")).orElse(""));
      }
    }
    for (int owner = 0; owner < OWNERS; owner++) {
      List<Integer> ids = new ArrayList<>();
      Scan scan = Scan.newBuilder().namespace(NAMESPACE).table(ACCOUNTS).indexKey(Key.ofInt("owner", owner)).build();
      for (Result row : transaction.scan(scan)) ids.add(row.getInt("id"));
      ids.sort(null);
      records.put("owner " + owner, ids.toString());
    }
    transaction.commit();
    return records;
  }
}
