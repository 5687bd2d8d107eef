import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Transactions that arrive at random instants, at a rate that may be far below what ScalarDB can do. While no transaction is running
 * and none is due, nothing happens in the stores: such time is not waited for, but printed as `idle`, for the reader to insert.
 */
final class Traffic {
  /** After the last answer: asynchronous commits go on for some time. */
  private static final long SETTLED_MILLIS = 40;

  private final List<Worker> workers;
  private final Leftovers leftovers;
  private final Settings settings;
  private final Random random;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();
  /** What has been skipped so far. */
  private double skipped;

  Traffic(List<Worker> workers, Leftovers leftovers, Settings settings) {
    this.workers = workers;
    this.leftovers = leftovers;
    this.settings = settings;
    this.random = new Random(settings.seed);
  }

  void run() throws Exception {
    double due = now();
    double burstEnds = due;
    for (int index = 0; index < settings.transactions; index++) {
      due += exponential(1000 / settings.perSecond);
      if (settings.burstMillis > 0) {
        while (due > burstEnds) {
          double quiet = exponential(settings.burstMillis);
          due += quiet;
          burstEnds += quiet + exponential(settings.burstMillis);
        }
      }
      await(due);
      if (settings.leavesPrepared && random.nextInt(100) == 0) leftovers.leaveOne();
      Worker worker = workers.get(random.nextInt(workers.size()));
      running.add(threads.submit(worker::once));
    }
    finish();
    threads.shutdown();
    threads.awaitTermination(1, TimeUnit.MINUTES);
  }

  private double now() {
    return System.currentTimeMillis() + skipped;
  }

  private double exponential(double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  private void await(double due) throws Exception {
    if (due - now() > 2 * SETTLED_MILLIS) {
      finish();
      Thread.sleep(SETTLED_MILLIS);
      double left = due - now();
      if (left > 1) {
        Workload.print("idle", Map.of("at", System.currentTimeMillis(), "millis", left));
        skipped += left;
      }
    }
    double left = due - now();
    if (left > 0) Thread.sleep((long) left);
  }

  private void finish() throws Exception {
    for (Future<?> each : running) each.get();
    running.clear();
  }
}
