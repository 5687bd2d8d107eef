import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** What a history is made with: the arguments after the stores. */
final class Settings {
  private static final String PREFIX = "scalar.db.consensus_commit.";

  final long seed;
  final int phases;
  /** Pods are killed, which leaves PREPARED records with and without a coordinator row. */
  boolean kills = true;
  /** Transactions are left prepared. */
  boolean leavesPrepared = true;
  /** "old" or "recent" rows of the coordinator are deleted; null: none. */
  String purge;
  /** Most transactions write to one partition only, as one-phase commit requires. */
  boolean onePartition;
  /** `finishTransaction` for each transaction, this long after its commit; negative: never. */
  int finishAfterMillis = -1;
  /** Transactions arrive at random, so many a second on average; 0: all threads work all the time, with pauses. */
  double perSecond;
  /** How many arrive. */
  int transactions;
  /** They arrive in bursts of this length on average, with as much time in between; 0: at any time. */
  double burstMillis;
  boolean doomedPod;
  /** Copies are recovered instead of making a history. */
  boolean recovers;
  private final List<String> given = new ArrayList<>();
  private final Properties scalarDb = new Properties();

  Settings(String[] arguments) {
    seed = Long.parseLong(arguments[1]);
    phases = Integer.parseInt(arguments[2]);
    for (int index = 3; index < arguments.length; index++) {
      String[] each = arguments[index].split("=", 2);
      set(each[0], each[1]);
      given.add(arguments[index]);
    }
  }

  private void set(String name, String value) {
    switch (name) {
      case "kills":
        kills = Boolean.parseBoolean(value);
        break;
      case "leavesPrepared":
        leavesPrepared = Boolean.parseBoolean(value);
        break;
      case "purge":
        purge = value;
        break;
      case "onePartition":
        onePartition = Boolean.parseBoolean(value);
        break;
      case "finishAfterMillis":
        finishAfterMillis = Integer.parseInt(value);
        break;
      case "recovers":
        recovers = Boolean.parseBoolean(value);
        break;
      case "perSecond":
        perSecond = Double.parseDouble(value);
        break;
      case "transactions":
        transactions = Integer.parseInt(value);
        break;
      case "burstMillis":
        burstMillis = Double.parseDouble(value);
        break;
      case "doomedPod":
        doomedPod = Boolean.parseBoolean(value);
        break;
      default:
        if (!name.startsWith(PREFIX)) throw new IllegalArgumentException("no such setting: " + name);
        scalarDb.setProperty(name, value);
    }
  }

  Properties scalarDb() {
    return scalarDb;
  }

  /** ScalarDB's two-phase commit interface refuses group commit. */
  Properties withoutGroupCommit() {
    Properties without = new Properties();
    without.putAll(scalarDb);
    without.remove(PREFIX + "coordinator.group_commit.enabled");
    return without;
  }

  List<String> forDoomedPod(String stores, long ownSeed) {
    List<String> arguments = new ArrayList<>(List.of(stores, String.valueOf(ownSeed), "0"));
    arguments.addAll(given);
    arguments.add("doomedPod=true");
    return arguments;
  }
}
