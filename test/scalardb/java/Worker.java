import com.scalar.db.api.Delete;
import com.scalar.db.api.DistributedTransaction;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Get;
import com.scalar.db.api.Insert;
import com.scalar.db.api.Result;
import com.scalar.db.api.Scan;
import com.scalar.db.api.TransactionCrudOperable;
import com.scalar.db.api.Update;
import com.scalar.db.api.Upsert;
import com.scalar.db.exception.transaction.CommitException;
import com.scalar.db.exception.transaction.CrudException;
import com.scalar.db.exception.transaction.TransactionException;
import com.scalar.db.exception.transaction.UnknownTransactionStatusException;
import com.scalar.db.io.Key;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

/** One thread of a pod: transaction after transaction, except while it is paused. */
final class Worker extends Thread {
  static final String TABLE = "records";
  static final int PARTITIONS = 6;
  static final int ITEMS = 4;

  final int pod;
  volatile int thinkMillis;
  volatile Finisher finisher;
  private volatile boolean ended;
  private final DistributedTransactionManager manager;
  private final List<String> namespaces;
  private final Random random;
  private final boolean onePartition;
  private final long seed;
  private volatile long transactions;
  /** Held during a transaction: whoever holds it has drained this worker, as ScalarDB Cluster's pause does. */
  private final ReentrantLock busy = new ReentrantLock(true);

  Worker(DistributedTransactionManager manager, List<String> namespaces, int pod, long seed, boolean onePartition) {
    this.manager = manager;
    this.namespaces = namespaces;
    this.pod = pod;
    this.seed = seed;
    this.random = new Random(seed);
    this.onePartition = onePartition;
    setDaemon(true);
  }

  void pause() {
    busy.lock();
  }

  void unpause() {
    busy.unlock();
  }

  void end() {
    ended = true;
  }

  /** How many it has begun. */
  long transactions() {
    return transactions;
  }

  @Override
  public void run() {
    while (!ended) {
      once();
      think();
    }
  }

  /** One transaction, after those that wait for this worker already. */
  void once() {
    busy.lock();
    try {
      transaction();
    } catch (UnknownTransactionStatusException e) {
      // The coordinator's history says what became of it.
    } catch (TransactionException e) {
      // A conflict: the next transaction is another one.
    } finally {
      busy.unlock();
    }
  }

  private void think() {
    int atMost = thinkMillis;
    try {
      if (atMost > 0) Thread.sleep(random.nextInt(2 * atMost));
      else if (random.nextInt(4) == 0) Thread.sleep(1);
    } catch (InterruptedException e) {
      ended = true;
    }
  }

  private void transaction() throws TransactionException {
    DistributedTransaction transaction = manager.begin();
    try {
      List<Map<String, Object>> writes = new ArrayList<>();
      String mark = seed + "-" + transactions++;
      work(transaction, mark, writes);
      // Before the commit: a pod may die in it.
      Map<String, Object> intent = new LinkedHashMap<>();
      intent.put("id", transaction.getId());
      intent.put("pod", pod);
      intent.put("at", System.currentTimeMillis());
      intent.put("writes", writes);
      Workload.print("transaction", intent);
      transaction.commit();
      Workload.print("committed", Map.of("id", transaction.getId(), "at", System.currentTimeMillis()));
      if (finisher != null) finisher.finish(transaction.getId());
    } catch (CrudException | CommitException e) {
      transaction.rollback();
      if (finisher != null) finisher.finish(transaction.getId());
      throw e;
    }
  }

  private void work(TransactionCrudOperable transaction, String mark, List<Map<String, Object>> writes) throws CrudException {
    boolean single = onePartition ? random.nextInt(5) > 0 : random.nextInt(5) == 0;
    String namespace = namespaces.get(random.nextInt(namespaces.size()));
    int partition = random.nextInt(PARTITIONS);
    int size = 1 + random.nextInt(4);
    // A scan after a write to its partition is not allowed.
    if (random.nextInt(5) == 0) transaction.scan(new Target(namespace, partition, 0).scan());
    for (int index = 0; index < size; index++) {
      if (!single) {
        namespace = namespaces.get(random.nextInt(namespaces.size()));
        partition = random.nextInt(PARTITIONS);
      }
      Target target = new Target(namespace, partition, random.nextInt(ITEMS));
      if (writes.stream().anyMatch(target::isIn)) continue;
      write(transaction, target, mark + "-" + index, writes);
    }
  }

  private void write(TransactionCrudOperable transaction, Target target, String value, List<Map<String, Object>> writes)
      throws CrudException {
    if (random.nextInt(8) == 0) {
      transaction.upsert(target.upsert(value));
      writes.add(target.write(value));
      return;
    }
    Optional<Result> present = transaction.get(target.get());
    if (random.nextInt(8) == 0) return;
    if (!present.isPresent()) {
      transaction.insert(target.insert(value));
      writes.add(target.write(value));
    } else if (random.nextInt(3) == 0) {
      transaction.delete(target.delete());
      writes.add(target.write(null));
    } else {
      transaction.update(target.update(value));
      writes.add(target.write(value));
    }
  }

  /** A record, and the operations on it. */
  static final class Target {
    private final String namespace;
    private final int partition;
    private final int item;

    Target(String namespace, int partition, int item) {
      this.namespace = namespace;
      this.partition = partition;
      this.item = item;
    }

    private Key partitionKey() {
      return Key.ofInt("part", partition);
    }

    private Key clusteringKey() {
      return Key.ofInt("item", item);
    }

    Get get() {
      return Get.newBuilder().namespace(namespace).table(TABLE).partitionKey(partitionKey()).clusteringKey(clusteringKey()).build();
    }

    Scan scan() {
      return Scan.newBuilder().namespace(namespace).table(TABLE).partitionKey(partitionKey()).build();
    }

    Insert insert(String value) {
      return Insert.newBuilder().namespace(namespace).table(TABLE).partitionKey(partitionKey()).clusteringKey(clusteringKey())
          .textValue("content", value).build();
    }

    Upsert upsert(String value) {
      return Upsert.newBuilder().namespace(namespace).table(TABLE).partitionKey(partitionKey()).clusteringKey(clusteringKey())
          .textValue("content", value).build();
    }

    Update update(String value) {
      return Update.newBuilder().namespace(namespace).table(TABLE).partitionKey(partitionKey()).clusteringKey(clusteringKey())
          .textValue("content", value).build();
    }

    Delete delete() {
      return Delete.newBuilder().namespace(namespace).table(TABLE).partitionKey(partitionKey()).clusteringKey(clusteringKey()).build();
    }

    Map<String, Object> write(String value) {
      Map<String, Object> write = new LinkedHashMap<>();
      write.put("record", namespace + "/" + partition + "/" + item);
      if (value != null) write.put("value", value);
      return write;
    }

    boolean isIn(Map<String, Object> write) {
      return write.get("record").equals(namespace + "/" + partition + "/" + item);
    }
  }
}
