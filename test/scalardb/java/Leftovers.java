import com.scalar.db.api.TwoPhaseCommitTransaction;
import com.scalar.db.api.TwoPhaseCommitTransactionManager;
import com.scalar.db.exception.transaction.TransactionException;
import com.scalar.db.service.TransactionFactory;
import java.util.Properties;
import java.util.Random;

/** Transactions that stop after their records are prepared: no row of theirs is in the coordinator. */
final class Leftovers {
  private final TwoPhaseCommitTransactionManager manager;
  private final Random random;

  Leftovers(Properties properties, long seed) throws Exception {
    manager = TransactionFactory.create(properties).getTwoPhaseCommitTransactionManager();
    random = new Random(seed);
  }

  void leaveOne() {
    try {
      TwoPhaseCommitTransaction transaction = manager.begin();
      for (String namespace : Stores.NAMESPACES) {
        Worker.Target target = new Worker.Target(namespace, random.nextInt(Worker.PARTITIONS), random.nextInt(Worker.ITEMS));
        if (transaction.get(target.get()).isPresent() && random.nextBoolean()) transaction.delete(target.delete());
        else transaction.upsert(target.upsert("never committed"));
      }
      transaction.prepare();
    } catch (TransactionException e) {
      // A conflict with a live transaction: nothing is left this time.
    }
  }
}
