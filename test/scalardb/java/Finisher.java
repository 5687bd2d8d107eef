import com.scalar.db.api.DistributedTransactionManager;
import java.lang.reflect.Method;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** Calls `finishTransaction`, which deletes a finished transaction's row from the coordinator; only newer versions have it. */
final class Finisher extends Thread {
  private final DistributedTransactionManager manager;
  private final int afterMillis;
  private final DelayQueue<Due> queue = new DelayQueue<>();
  private volatile boolean ended;

  Finisher(DistributedTransactionManager manager, int afterMillis) {
    this.manager = manager;
    this.afterMillis = afterMillis;
    setDaemon(true);
    if (afterMillis >= 0) start();
  }

  void finish(String id) {
    if (afterMillis >= 0) queue.add(new Due(id, System.currentTimeMillis() + afterMillis));
  }

  void end() {
    ended = true;
  }

  @Override
  public void run() {
    try {
      Method finish = DistributedTransactionManager.class.getMethod("finishTransaction", String.class);
      while (!ended) {
        Due due = queue.poll(50, TimeUnit.MILLISECONDS);
        if (due != null) finish.invoke(manager, due.id);
      }
    } catch (ReflectiveOperationException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Due implements Delayed {
    private final String id;
    private final long at;

    Due(String id, long at) {
      this.id = id;
      this.at = at;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - System.currentTimeMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(at, ((Due) other).at);
    }
  }
}
