import com.scalar.db.api.DistributedTransactionManager;
import com.scalar.db.service.TransactionFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A history of real ScalarDB: pods (a transaction manager each, with two threads) run transactions over the stores of a folder
 * while a controller pauses them, misses one, purges the coordinator or leaves a transaction prepared. It prints lines of JSON: what each
 * transaction was about to write, what the controller did, and at the end every write that the stores recorded.
 *
 * <p>Arguments: stores, seed, phases, and `name=value` for the settings in {@link Settings}.
 */
final class Workload {
  private static final int PODS = 3;
  private static final int THREADS = 2;

  private final Stores stores;
  private final Settings settings;
  private final Random random;
  private final List<Worker> workers = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  public static void main(String[] arguments) throws Exception {
    Settings settings = new Settings(arguments);
    Stores stores = Stores.at(arguments[0]);
    if (settings.doomedPod) {
      new Workload(stores, settings).doomed();
      return;
    }
    if (settings.recovers) {
      new Recover(stores, settings).run();
      Runtime.getRuntime().halt(0);
    }
    new Workload(stores, settings).run();
    stores.printHistory();
    // Not all of ScalarDB's threads end with its managers.
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private Workload(Stores stores, Settings settings) {
    this.stores = stores;
    this.settings = settings;
    this.random = new Random(settings.seed);
  }

  private void run() throws Exception {
    Properties properties = stores.properties(settings.scalarDb());
    stores.create();
    Stores.createTables(properties, Map.of());
    stores.recordWrites();
    List<DistributedTransactionManager> managers = new ArrayList<>();
    for (int pod = 0; pod < PODS; pod++) {
      DistributedTransactionManager manager = TransactionFactory.create(properties).getTransactionManager();
      managers.add(manager);
      for (int thread = 0; thread < THREADS; thread++) addWorker(manager, pod, thread);
    }
    Leftovers leftovers = new Leftovers(stores.properties(settings.withoutGroupCommit()), settings.seed);
    Finisher finisher = new Finisher(managers.get(0), settings.finishAfterMillis);
    for (Worker worker : workers) worker.finisher = finisher;
    if (settings.perSecond > 0) {
      new Traffic(workers, leftovers, settings).run();
    } else {
      for (Worker worker : workers) worker.start();
      for (int phase = 0; phase < settings.phases; phase++) phase(phase, managers.get(0), leftovers);
      for (Worker worker : workers) worker.end();
      for (Worker worker : workers) worker.join();
    }
    finisher.end();
    if (failure.get() != null) throw new IllegalStateException(failure.get());
    // Async commits go on after the transaction's answer.
    Thread.sleep(300);
  }

  private void addWorker(DistributedTransactionManager manager, int pod, int thread) {
    Worker worker = new Worker(manager, stores.namespaces(), pod, settings.seed * 100 + pod * 10 + thread, settings.onePartition);
    worker.setUncaughtExceptionHandler((of, problem) -> failure.compareAndSet(null, problem));
    workers.add(worker);
  }

  /** Traffic of some rate, then a window, or none. */
  private void phase(int phase, DistributedTransactionManager manager, Leftovers leftovers) throws Exception {
    // From hundreds of transactions a second to one in some seconds.
    int[] thinks = {0, 20, 100, 400, 1500};
    int think = thinks[random.nextInt(thinks.length)];
    for (Worker worker : workers) worker.thinkMillis = random.nextInt(4) > 0 ? think : thinks[random.nextInt(thinks.length)];
    if (settings.kills && phase % 5 == 2) killAPod();
    if (settings.leavesPrepared && random.nextInt(3) == 0) leftovers.leaveOne();
    Thread.sleep(300 + random.nextInt(600));
    if (settings.purge != null && random.nextInt(2) == 0) purge(manager);
    int missed = phase % 3 == 2 ? random.nextInt(PODS) : -1;
    for (Worker worker : workers) if (worker.pod != missed) worker.pause();
    long from = System.currentTimeMillis();
    long length = 400 + random.nextInt(300);
    if (settings.purge != null && random.nextInt(2) == 0) {
      Thread.sleep(length / 2);
      purge(manager);
      Thread.sleep(length / 2);
    } else {
      Thread.sleep(length);
    }
    print("window", window(from, System.currentTimeMillis(), missed));
    for (Worker worker : workers) if (worker.pod != missed) worker.unpause();
  }

  private static Map<String, Object> window(long from, long to, int missed) {
    Map<String, Object> window = new LinkedHashMap<>();
    window.put("from", from);
    window.put("to", to);
    if (missed >= 0) window.put("missedPod", missed);
    return window;
  }

  /** As a careful administrator does it: unfinished records are read first, which has their transactions finished. */
  private void purge(DistributedTransactionManager manager) throws Exception {
    long createdBefore = System.currentTimeMillis() - (settings.purge.equals("old") ? 3_000 : 600);
    Recover.readAll(manager);
    stores.purge(createdBefore);
    print("purge", Map.of("at", System.currentTimeMillis()));
  }

  /** A pod that dies between two steps of a commit: a JVM of its own, halted. */
  private void killAPod() throws Exception {
    List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "Workload"));
    command.addAll(settings.forDoomedPod(stores.place(), random.nextInt(1_000_000)));
    Process process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    print("killed", Map.of("at", System.currentTimeMillis()));
  }

  private void doomed() throws Exception {
    Properties properties = stores.properties(settings.scalarDb());
    DistributedTransactionManager manager = TransactionFactory.create(properties).getTransactionManager();
    for (int thread = 0; thread < 3; thread++) addWorker(manager, PODS, thread);
    for (Worker worker : workers) worker.start();
    Thread.sleep(200 + random.nextInt(400));
    Runtime.getRuntime().halt(0);
  }

  /** One write: lines of several processes share one pipe. */
  static void print(String kind, Object value) {
    byte[] line = (JsonText.text(Map.of(kind, value)) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    synchronized (System.out) {
      System.out.write(line, 0, line.length);
      System.out.flush();
    }
  }
}
