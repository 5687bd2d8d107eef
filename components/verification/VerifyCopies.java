import com.scalar.db.api.ConditionBuilder;
import com.scalar.db.api.Consistency;
import com.scalar.db.api.DistributedStorage;
import com.scalar.db.api.DistributedStorageAdmin;
import com.scalar.db.api.DistributedTransaction;
import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.api.Get;
import com.scalar.db.api.Result;
import com.scalar.db.api.Scan;
import com.scalar.db.api.Scanner;
import com.scalar.db.api.TableMetadata;
import com.scalar.db.exception.storage.ExecutionException;
import com.scalar.db.exception.transaction.CrudConflictException;
import com.scalar.db.exception.transaction.TransactionException;
import com.scalar.db.io.Column;
import com.scalar.db.io.Key;
import com.scalar.db.service.StorageFactory;
import com.scalar.db.service.TransactionFactory;
import com.scalar.db.transaction.consensuscommit.ConsensusCommitUtils;
import com.scalar.db.transaction.consensuscommit.CoordinatorGroupCommitter.CoordinatorGroupCommitKeyManipulator;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads all records of restored copies through ScalarDB's storage adapters, and looks for records that do not fit the coordinator's
 * copy. In the mode `repair` it then finishes what unfinished transactions left, by reading it in transactions.
 *
 * <p>Run by `java -cp <ScalarDB> VerifyCopies.java <ScalarDB's properties of the copies> <name>=<value>...`, with ScalarDB 3.14 or later:
 *
 * <pre>
 * mode              scan (default) or repair
 * namespaces        of the tables to read, separated by commas; default: all that ScalarDB lists
 * since             committed records from this instant on need a row in the coordinator; milliseconds since the epoch
 * recordsPerSecond  the most that are read; default: no limit
 * presentFile       ScalarDB's properties of what the copies were restored from: its coordinator is compared with the copy's, too; it
 *                   is only read, and must be in a relational database
 * factsFile         where the last line of the output is written as well, in Kubernetes the pod's termination message
 * </pre>
 *
 * Its last line is what it found, as JSON (`ScanFacts`). Exits with 0 if everything was read, whatever was found, because the caller
 * judges; with 3 if unfinished records remain after a repair; with 4 if it refused to repair copies with evidence against them;
 * with 1 for every error: what could not be read is never reported as fine.
 */
class VerifyCopies {
  static final int COMMITTED = 3;
  static final int EXIT_UNFINISHED = 3;
  static final int EXIT_NOT_REPAIRED = 4;
  /** Kubernetes cuts termination messages here. */
  static final int FACTS_BYTES = 4096;
  static final int EXAMPLES = 20;
  static final int KEY_LENGTH = 100;
  /** How many unfinished records one pass of a repair finishes: their keys are kept in memory. */
  static final int REPAIRED_AT_ONCE = 10_000;
  /** Passes that finish nothing, 3 seconds apart: ScalarDB waits 15 seconds before it aborts a transaction. */
  static final int PASSES_WITHOUT_PROGRESS = 10;

  public static void main(String[] arguments) throws Exception {
    Properties settings = new Properties();
    try {
      for (String each : Arrays.asList(arguments).subList(1, arguments.length)) settings.load(new StringReader(each));
      Map<String, Object> facts = new LinkedHashMap<>();
      int exit = new VerifyCopies(settings, load(arguments[0])).run(facts);
      publish(shortened(facts), settings);
      System.exit(exit);
    } catch (Throwable error) {
      error.printStackTrace();
      String text = error.toString();
      publish(Json.text(Map.of("error", text.substring(0, Math.min(text.length(), 1000))), 1), settings);
      System.exit(1);
    }
  }

  private final Properties settings;
  private final Properties properties;
  private final long since;
  private final Rate rate;
  private final String coordinator;

  VerifyCopies(Properties settings, Properties properties) {
    this.settings = settings;
    this.properties = properties;
    since = Long.parseLong(required(settings, "since"));
    rate = new Rate(Long.parseLong(settings.getProperty("recordsPerSecond", "0")));
    coordinator = coordinatorOf(properties);
    withScans(properties);
  }

  int run(Map<String, Object> facts) throws Exception {
    String mode = settings.getProperty("mode", "scan");
    if (!mode.equals("scan") && !mode.equals("repair")) throw new IllegalArgumentException("mode: " + mode + ": expected scan or repair");
    StorageFactory factory = StorageFactory.create(properties);
    DistributedStorageAdmin admin = factory.getStorageAdmin();
    DistributedStorage storage = factory.getStorage();
    try {
      Tables tables = new Tables(admin, namespaces(admin), coordinator);
      Findings found = scan(storage, admin, tables, 0);
      found.report(facts, tables);
      if (settings.getProperty("presentFile") != null) facts.put("present", comparedWithPresent(storage, found.coordinator));
      if (mode.equals("scan")) return 0;
      if (found.isEvidence()) return EXIT_NOT_REPAIRED;
      long before = found.unfinished;
      long left = before == 0 ? 0 : repair(storage, admin, tables);
      facts.put("finished", before - left);
      facts.put("unfinished", left);
      return left == 0 ? 0 : EXIT_UNFINISHED;
    } finally {
      storage.close();
      admin.close();
    }
  }

  private Collection<String> namespaces(DistributedStorageAdmin admin) throws ExecutionException {
    String configured = settings.getProperty("namespaces", "").trim();
    if (configured.isEmpty()) return admin.getNamespaceNames();
    return Arrays.stream(configured.split(",")).map(String::trim).collect(Collectors.toList());
  }

  /** How the copy of the coordinator differs from the present one, from which it was restored. */
  private Map<String, Object> comparedWithPresent(DistributedStorage storage, Coordinator copy) throws Exception {
    Properties present = withScans(load(settings.getProperty("presentFile")));
    try {
      StorageFactory factory = StorageFactory.create(present);
      DistributedStorageAdmin admin = factory.getStorageAdmin();
      DistributedStorage source = factory.getStorage();
      try {
        String namespace = coordinatorOf(present);
        if (admin.getTableMetadata(namespace, "state") == null) throw new IllegalStateException("ScalarDB has no metadata of " + namespace + ".state");
        return new Comparison(since, rate).of(storage, copy, source, namespace);
      } finally {
        source.close();
        admin.close();
      }
    } catch (Exception error) {
      throw new IllegalStateException("the present coordinator cannot be compared with its copy: " + error, error);
    }
  }

  private static String coordinatorOf(Properties properties) {
    return properties.getProperty("scalar.db.consensus_commit.coordinator.namespace", "coordinator").trim();
  }

  private Properties withScans(Properties properties) {
    properties.setProperty("scalar.db.cross_partition_scan.enabled", "true");
    // Only the comparison with the present coordinator has conditions.
    if (settings.getProperty("presentFile") != null) properties.setProperty("scalar.db.cross_partition_scan.filtering.enabled", "true");
    // ScalarDB's default of 10 makes a scan several times slower.
    properties.putIfAbsent("scalar.db.scan_fetch_size", "1000");
    return properties;
  }

  private Findings scan(DistributedStorage storage, DistributedStorageAdmin admin, Tables tables, int keep) throws Exception {
    Coordinator rows = new Coordinator(storage, admin, coordinator, since, rate);
    Findings found = new Findings(rows, since, keep);
    for (Table table : tables.covered) {
      try (Scanner scanner = storage.scan(table.scan())) {
        for (Optional<Result> record; (record = scanner.one()).isPresent(); rate.spend()) found.judge(table, record.get());
      }
      System.out.println(table.name + ": read; " + found.records + " records so far");
    }
    return found;
  }

  /** Finishes records until a scan finds none that is unfinished; how many are left if that does not happen. */
  private long repair(DistributedStorage storage, DistributedStorageAdmin admin, Tables tables) throws Exception {
    DistributedTransactionManager transactions = TransactionFactory.create(properties).getTransactionManager();
    try {
      long left = Long.MAX_VALUE;
      for (int idle = 0; idle < PASSES_WITHOUT_PROGRESS; ) {
        Findings found = scan(storage, admin, tables, REPAIRED_AT_ONCE);
        idle = found.unfinished < left ? 0 : idle + 1;
        left = found.unfinished;
        System.out.println(left + " records of unfinished transactions");
        if (left == 0) return 0;
        for (Leftover leftover : found.leftovers) finish(transactions, leftover.table.get(leftover.record));
        Thread.sleep(idle == 0 ? 200 : 3000);
      }
      return left;
    } finally {
      transactions.close();
    }
  }

  /** ScalarDB finishes an unfinished record when a transaction reads it; the transaction itself may fail by that. */
  private static void finish(DistributedTransactionManager transactions, Get get) throws TransactionException {
    DistributedTransaction transaction = transactions.begin();
    try {
      transaction.get(get);
    } catch (CrudConflictException recovering) {
      System.out.println("being finished: " + recovering.getMessage());
    } finally {
      transaction.abort();
    }
  }

  private static void publish(String line, Properties settings) throws Exception {
    System.out.println(line);
    System.out.flush();
    String file = settings.getProperty("factsFile");
    if (file != null) Files.write(Path.of(file), line.getBytes(StandardCharsets.UTF_8));
  }

  /** Examples and names of tables that do not fit are left out; counts stay. */
  private static String shortened(Map<String, Object> facts) {
    for (int kept = EXAMPLES; ; kept--) {
      String text = Json.text(facts, kept);
      if (kept == 0 || text.getBytes(StandardCharsets.UTF_8).length <= FACTS_BYTES) return text;
    }
  }

  private static Properties load(String file) throws Exception {
    Properties properties = new Properties();
    try (InputStream input = Files.newInputStream(Path.of(file))) {
      properties.load(input);
    }
    return properties;
  }

  private static String required(Properties settings, String key) {
    String value = settings.getProperty(key);
    if (value == null) throw new IllegalArgumentException(key + " is not set");
    return value;
  }
}

/** The tables to read, and the names of those about whose records nothing can be said. */
class Tables {
  final List<Table> covered = new ArrayList<>();
  final Set<String> notCovered = new TreeSet<>();

  Tables(DistributedStorageAdmin admin, Collection<String> namespaces, String coordinator) throws Exception {
    Set<String> parts = new HashSet<>();
    for (String namespace : new TreeSet<>(namespaces)) {
      Set<String> names = admin.getNamespaceTableNames(namespace);
      if (names.isEmpty()) System.out.println(namespace + ": no tables");
      for (String name : new TreeSet<>(names)) {
        if (namespace.equals(coordinator) && name.equals("state")) continue;
        TableMetadata metadata = admin.getTableMetadata(namespace, name);
        if (metadata == null) throw new IllegalStateException(namespace + "." + name + ": ScalarDB has no metadata of this table");
        if (ConsensusCommitUtils.isTransactionTableMetadata(metadata)) covered.add(new Table(namespace, name, metadata));
        else notCovered.add(namespace + "." + name);
        parts.addAll(partsOf(admin, namespace, name));
      }
    }
    notCovered.removeAll(parts);
    if (covered.isEmpty()) throw new IllegalStateException("no table with ScalarDB's transaction metadata in the namespaces " + namespaces);
  }

  /** From 3.17 on, a table can consist of two: the user's columns in one, the transactions' in another. */
  private static List<String> partsOf(DistributedStorageAdmin admin, String namespace, String name) throws Exception {
    java.lang.reflect.Method lookUp;
    try {
      lookUp = DistributedStorageAdmin.class.getMethod("getVirtualTableInfo", String.class, String.class);
    } catch (NoSuchMethodException before317) {
      return List.of();
    }
    Optional<?> info = (Optional<?>) lookUp.invoke(admin, namespace, name);
    if (info.isEmpty()) return List.of();
    Class<?> type = Class.forName("com.scalar.db.api.VirtualTableInfo");
    List<String> parts = new ArrayList<>();
    for (String side : List.of("Left", "Right"))
      parts.add(type.getMethod("get" + side + "SourceNamespaceName").invoke(info.get()) + "." + type.getMethod("get" + side + "SourceTableName").invoke(info.get()));
    return parts;
  }
}

/** A table with transaction metadata. */
class Table {
  final String name;
  private final String namespace;
  private final String table;
  private final TableMetadata metadata;

  Table(String namespace, String table, TableMetadata metadata) {
    this.name = namespace + "." + table;
    this.namespace = namespace;
    this.table = table;
    this.metadata = metadata;
  }

  Scan scan() {
    Set<String> columns = new LinkedHashSet<>(metadata.getPartitionKeyNames());
    columns.addAll(metadata.getClusteringKeyNames());
    columns.addAll(List.of("tx_id", "tx_state", "tx_committed_at", "before_tx_id", "before_tx_committed_at"));
    return Scan.newBuilder().namespace(namespace).table(table).all().projections(columns).consistency(Consistency.LINEARIZABLE).build();
  }

  Get get(Result record) {
    var get = Get.newBuilder().namespace(namespace).table(table).partitionKey(key(record, metadata.getPartitionKeyNames()));
    if (metadata.getClusteringKeyNames().isEmpty()) return get.build();
    return get.clusteringKey(key(record, metadata.getClusteringKeyNames())).build();
  }

  String keyText(Result record) {
    Set<String> names = new LinkedHashSet<>(metadata.getPartitionKeyNames());
    names.addAll(metadata.getClusteringKeyNames());
    String text = names.stream().map(name -> name + "=" + record.getAsObject(name)).collect(Collectors.joining(", "));
    return text.length() <= VerifyCopies.KEY_LENGTH ? text : text.substring(0, VerifyCopies.KEY_LENGTH) + "...";
  }

  private static Key key(Result record, Collection<String> names) {
    Key.Builder key = Key.newBuilder();
    for (String name : names) {
      Column<?> column = record.getColumns().get(name);
      key.add(column);
    }
    return key.build();
  }
}

/** The copy of the coordinator's table. Rows that most records need are kept in memory, the others are read one by one. */
class Coordinator {
  private static final int KEPT = 500_000;
  private static final CoordinatorGroupCommitKeyManipulator KEYS = new CoordinatorGroupCommitKeyManipulator();
  private final DistributedStorage storage;
  final String namespace;
  private final Rate rate;
  /** Whether a transaction, or a group of them, is COMMITTED; the least recently used one goes first. */
  private final Map<String, Boolean> committed =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > KEPT;
        }
      };

  long rows;
  long writeSets;
  long oldest = Long.MAX_VALUE;
  final FoundRows newestCommits = new FoundRows(Comparator.comparing((FoundRow row) -> row.createdAt));

  Coordinator(DistributedStorage storage, DistributedStorageAdmin admin, String namespace, long since, Rate rate) throws Exception {
    this.storage = storage;
    this.namespace = namespace;
    this.rate = rate;
    if (admin.getTableMetadata(namespace, "state") == null) throw new IllegalStateException("there is no coordinator: ScalarDB has no metadata of " + namespace + ".state");
    Scan all = Scan.newBuilder().namespace(namespace).table("state").all().consistency(Consistency.LINEARIZABLE).build();
    try (Scanner scanner = storage.scan(all)) {
      for (Optional<Result> next; (next = scanner.one()).isPresent(); rate.spend()) {
        Result row = next.get();
        rows++;
        oldest = Math.min(oldest, row.getBigInt("tx_created_at"));
        if (row.contains("tx_write_set") && !row.isNull("tx_write_set")) writeSets++;
        if (row.getInt("tx_state") == VerifyCopies.COMMITTED) newestCommits.add(row);
        if (row.getBigInt("tx_created_at") >= since) keep(row);
      }
    }
  }

  /** As ScalarDB looks a transaction up: in its group's row, and then in one of its own. */
  boolean isCommitted(String id) throws ExecutionException {
    if (committed.containsKey(id)) return committed.get(id);
    boolean found = false;
    if (KEYS.isFullKey(id)) {
      read(KEYS.keysFromFullKey(id).parentKey);
      found = committed.getOrDefault(id, false);
    }
    if (!found) read(id);
    return committed.computeIfAbsent(id, unknown -> false);
  }

  private void read(String id) throws ExecutionException {
    rate.spend();
    storage
        .get(Get.newBuilder().namespace(namespace).table("state").partitionKey(Key.ofText("tx_id", id)).consistency(Consistency.LINEARIZABLE).build())
        .ifPresent(this::keep);
  }

  private void keep(Result row) {
    String id = row.getText("tx_id");
    boolean isCommitted = row.getInt("tx_state") == VerifyCopies.COMMITTED;
    // Without group commit, the table has no such column.
    String children = row.contains("tx_child_ids") && !row.isNull("tx_child_ids") ? row.getText("tx_child_ids") : "";
    committed.put(id, isCommitted);
    for (String child : children.split(",")) if (!child.isEmpty()) committed.put(KEYS.fullKey(id, child), isCommitted);
  }
}

/** A row of a coordinator, as an example. */
class FoundRow {
  final String id;
  final long createdAt;

  FoundRow(Result row) {
    id = row.getText("tx_id");
    createdAt = row.getBigInt("tx_created_at");
  }
}

/** Rows, of which the greatest in an order are kept as examples. */
class FoundRows {
  private final Comparator<FoundRow> order;
  private final PriorityQueue<FoundRow> kept;
  long count;

  FoundRows(Comparator<FoundRow> order) {
    this.order = order;
    kept = new PriorityQueue<>(order);
  }

  void add(Result row) {
    count++;
    kept.add(new FoundRow(row));
    if (kept.size() > VerifyCopies.EXAMPLES) kept.poll();
  }

  /** Greatest first. */
  List<FoundRow> examples() {
    List<FoundRow> sorted = new ArrayList<>(kept);
    sorted.sort(order.reversed());
    return sorted;
  }

  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    List<FoundRow> rows = examples();
    facts.put("count", count);
    // On its own: examples may be left out.
    if (!rows.isEmpty()) facts.put("first", rows.get(0).createdAt);
    facts.put("examples", rows.stream().map(row -> Map.of("id", row.id, "createdAt", row.createdAt)).collect(Collectors.toList()));
    return facts;
  }
}

/**
 * Compares the copy of a coordinator with the coordinator from which it was restored, and which goes on: the present one has every row
 * of the copy, unchanged, and those that were written later.
 *
 * <p>Rows that are older than `since`, and than the copy's newest commits, are not compared: the database leaves them out itself. A purge
 * removes old rows first, so that one that reached up to the copy's instant has removed these newest commits, too.
 */
class Comparison {
  private static final int ABORTED = 4;
  private final long since;
  private final Rate rate;
  private final FoundRows onlyInPresent = new FoundRows(Comparator.comparing((FoundRow row) -> row.createdAt).reversed());
  private long newest = Long.MIN_VALUE;
  private long rows;
  private long changed;
  private long unknownStates;
  private long writeSets;

  Comparison(long since, Rate rate) {
    this.since = since;
    this.rate = rate;
  }

  Map<String, Object> of(DistributedStorage storage, Coordinator copy, DistributedStorage source, String namespace) throws Exception {
    long from = copy.newestCommits.examples().stream().mapToLong(row -> row.createdAt).min().orElse(since);
    long horizon = Math.min(from, since);
    Map<Long, Integer> decided = new HashMap<>();
    try (Scanner scanner = storage.scan(scan(copy.namespace, horizon))) {
      for (Optional<Result> next; (next = scanner.one()).isPresent(); rate.spend()) {
        Result row = next.get();
        if (!isKnown(row)) unknownStates++;
        decided.put(hash(row.getText("tx_id")), decision(row));
      }
    }
    long compared = decided.size();
    long readAt;
    try (Scanner scanner = source.scan(scan(namespace, horizon))) {
      // The statement has begun: it sees what was committed before.
      readAt = System.currentTimeMillis();
      for (Optional<Result> next; (next = scanner.one()).isPresent(); rate.spend()) compare(decided, next.get());
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("table", namespace + ".state");
    facts.put("rowsInCopy", copy.rows);
    facts.put("compared", compared);
    facts.put("rowsInPresent", rows);
    facts.put("newestCommits", copy.newestCommits.facts());
    facts.put("onlyInPresent", onlyInPresent.facts());
    facts.put("missingInPresent", decided.size());
    facts.put("changed", changed);
    facts.put("unknownStates", unknownStates);
    facts.put("writeSets", writeSets);
    if (newest != Long.MIN_VALUE) facts.put("newestInPresent", newest);
    facts.put("readAt", readAt);
    return facts;
  }

  private void compare(Map<Long, Integer> decided, Result row) {
    rows++;
    if (!isKnown(row)) unknownStates++;
    if (row.contains("tx_write_set") && !row.isNull("tx_write_set")) writeSets++;
    newest = Math.max(newest, row.getBigInt("tx_created_at"));
    Integer before = decided.remove(hash(row.getText("tx_id")));
    if (before == null) {
      // An abort changes no data.
      if (row.getInt("tx_state") != ABORTED) onlyInPresent.add(row);
    } else if (before != decision(row)) changed++;
  }

  private static Scan scan(String namespace, long from) {
    return Scan.newBuilder()
        .namespace(namespace)
        .table("state")
        .all()
        .where(ConditionBuilder.column("tx_created_at").isGreaterThanOrEqualToBigInt(from))
        .consistency(Consistency.LINEARIZABLE)
        .build();
  }

  private static boolean isKnown(Result row) {
    int state = row.getInt("tx_state");
    return (state == VerifyCopies.COMMITTED || state == ABORTED) && !row.isNull("tx_created_at");
  }

  /** Presence is not enough: recovery writes ABORTED rows, and a group's row decides about its children only. */
  private static int decision(Result row) {
    String children = row.contains("tx_child_ids") && !row.isNull("tx_child_ids") ? row.getText("tx_child_ids") : "";
    return (row.getInt("tx_state") + " " + row.getBigInt("tx_created_at") + " " + children).hashCode();
  }

  /** Of 64 bits, in place of a text: an hour may have millions of rows. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int index = 0; index < text.length(); index++) hash = (hash ^ text.charAt(index)) * 0x100000001b3L;
    // FNV-1a spreads short differences badly: mix the result, as MurmurHash3 does.
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}

/** A record of an unfinished transaction. */
class Leftover {
  final Table table;
  final Result record;

  Leftover(Table table, Result record) {
    this.table = table;
    this.record = record;
  }
}

/** What the records say of the coordinator's copy. */
class Findings {
  final Coordinator coordinator;
  private final long since;
  private final int keep;
  private final FoundRecords committedWithoutRow = new FoundRecords();
  private final FoundRecords beforeImageWithoutRow = new FoundRecords();
  private long olderThanCoordinator;
  private long withoutMetadata;
  long records;
  long unfinished;
  final List<Leftover> leftovers = new ArrayList<>();

  Findings(Coordinator coordinator, long since, int keep) {
    this.coordinator = coordinator;
    this.since = since;
    this.keep = keep;
  }

  void judge(Table table, Result record) throws ExecutionException {
    records++;
    String id = record.getText("tx_id");
    // Records that were imported or loaded without metadata are committed to ScalarDB.
    if (id == null) withoutMetadata++;
    else if (record.getInt("tx_state") == VerifyCopies.COMMITTED) judge(table, record, id, "tx_committed_at", committedWithoutRow);
    else {
      unfinished++;
      if (leftovers.size() < keep) leftovers.add(new Leftover(table, record));
      String before = record.getText("before_tx_id");
      // ScalarDB commits it if its transaction is, and returns to the value before otherwise.
      if (before != null && !coordinator.isCommitted(id)) judge(table, record, before, "before_tx_committed_at", beforeImageWithoutRow);
    }
  }

  /** A committed value, by the transaction that wrote it. One that was committed long before is not questioned. */
  private void judge(Table table, Result record, String id, String committedAt, FoundRecords evidence) throws ExecutionException {
    long at = record.isNull(committedAt) ? Long.MAX_VALUE : record.getBigInt(committedAt);
    if (at < coordinator.oldest) {
      // Rows have been removed. That is certain after a few, and looking each one up would take long.
      if (olderThanCoordinator >= VerifyCopies.EXAMPLES || !coordinator.isCommitted(id)) olderThanCoordinator++;
    } else if (at >= since && !coordinator.isCommitted(id)) evidence.add(table, record, id);
  }

  boolean isEvidence() {
    return committedWithoutRow.count + beforeImageWithoutRow.count > 0;
  }

  void report(Map<String, Object> facts, Tables tables) {
    facts.put("tables", tables.covered.size());
    facts.put("records", records);
    facts.put("coordinatorRows", coordinator.rows);
    facts.put("writeSets", coordinator.writeSets);
    facts.put("committedWithoutRow", committedWithoutRow.facts());
    facts.put("beforeImageWithoutRow", beforeImageWithoutRow.facts());
    facts.put("olderThanCoordinator", olderThanCoordinator);
    facts.put("unfinished", unfinished);
    facts.put("withoutMetadata", withoutMetadata);
    facts.put("tablesNotCovered", tables.notCovered.size());
    facts.put("notCovered", new ArrayList<>(tables.notCovered));
  }
}

class FoundRecords {
  long count;
  private final List<Map<String, Object>> examples = new ArrayList<>();

  void add(Table table, Result record, String id) {
    count++;
    if (examples.size() == VerifyCopies.EXAMPLES) return;
    Map<String, Object> example = new LinkedHashMap<>();
    example.put("table", table.name);
    example.put("key", table.keyText(record));
    example.put("id", id);
    examples.add(example);
  }

  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("count", count);
    facts.put("examples", examples);
    return facts;
  }
}

/** Keeps reads below a number a second. */
class Rate {
  private final long perSecond;
  private final long start = System.nanoTime();
  private long spent;

  Rate(long perSecond) {
    this.perSecond = perSecond;
  }

  void spend() {
    spent++;
    if (perSecond <= 0) return;
    long aheadMillis = spent * 1000 / perSecond - (System.nanoTime() - start) / 1_000_000;
    if (aheadMillis < 10) return;
    try {
      Thread.sleep(aheadMillis);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException("stopped", stopped);
    }
  }
}

/** Maps, lists, texts and numbers as JSON. Of lists it writes the first ones. */
class Json {
  static String text(Object value, int longestList) {
    if (value instanceof Number) return value.toString();
    if (value instanceof Map<?, ?> map)
      return map.entrySet().stream().map(each -> text(each.getKey(), 0) + ":" + text(each.getValue(), longestList)).collect(Collectors.joining(",", "{", "}"));
    if (value instanceof List<?> list)
      return list.stream().limit(longestList).map(each -> text(each, longestList)).collect(Collectors.joining(",", "[", "]"));
    StringBuilder quoted = new StringBuilder("\"");
    String.valueOf(value).codePoints().forEach(point -> {
      if (point == '"' || point == '\\') quoted.append('\\').appendCodePoint(point);
      else if (point < 0x20 || (point >= 0xd800 && point < 0xe000)) quoted.append(String.format("\\u%04x", point));
      else quoted.appendCodePoint(point);
    });
    return quoted.append('"').toString();
  }
}
