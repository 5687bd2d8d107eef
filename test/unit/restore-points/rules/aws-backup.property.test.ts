/** The product's own rules on AWS Backup and those of the simulated service, which are written apart, agree on any input. */
import test from "ava";
import fc from "fast-check";
import { planRules } from "../../../../policies/vaults/plan-rules";
import { backupLifecycleProblems } from "../../../../restore-points/rules/backup-lifecycle";
import { awsScheduleProblem, nextAwsRun } from "../../../../restore-points/rules/schedule";
import { vaultLockProblems } from "../../../../restore-points/rules/vault-lock";
import {
  AwsError,
  type BackupRule,
  CronError,
  checkRules,
  nextRun,
  parseCron,
  Vault,
} from "../../../../simulator/cloud/aws/aws";

const RUNS = { numRuns: 1000 };

/** Why the simulated AWS refuses; undefined when it does not. */
function refusal(request: () => void): string | undefined {
  try {
    request();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}

function planRefusal(rule: Partial<BackupRule>): string | undefined {
  const whole: BackupRule = {
    name: "daily",
    targetVault: "vault",
    continuous: false,
    startWindowMinutes: 60,
    completionWindowMinutes: 120,
    ...rule,
  };
  return refusal(() => checkRules([whole], { region: "eu-central-1", hasVault: () => true }));
}

/** Both refuse, or neither does. */
function agree(product: string | undefined, cloud: string | undefined): void {
  if ((product === undefined) === (cloud === undefined)) return;
  throw new Error(`the product says ${JSON.stringify(product)}, the simulated AWS ${JSON.stringify(cloud)}`);
}

/** Days near each limit, and others. */
const days = fc.option(
  fc.oneof(
    fc.constantFrom(0, 1, 2, 3, 34, 35, 36, 89, 90, 91, 36_499, 36_500, 36_501),
    fc.integer({ min: -2, max: 40_000 }),
  ),
  { nil: undefined },
);

const number = (min: number, max: number) => fc.integer({ min: min - 1, max: max + 1 }).map(String);
const WEEKDAY_NAMES = ["SUN", "MON", "tue", "WED", "THU", "FRI", "Sat", "MONDAY"];
const MONTH_NAMES = ["JAN", "Feb", "JUN", "DEC", "JUNE"];

/** A field of numbers and names, ranges, increments and lists, with mistakes among them. */
function field(min: number, max: number, names: string[] = []) {
  const value = names.length > 0 ? fc.oneof(number(min, max), fc.constantFrom(...names)) : number(min, max);
  const range = fc.tuple(value, value).map(([from, to]) => `${from}-${to}`);
  const start = fc.oneof(fc.constant("*"), value, range);
  const increment = fc.tuple(start, number(1, max)).map(([from, step]) => `${from}/${step}`);
  const part = fc.oneof({ weight: 4, arbitrary: value }, fc.constant("*"), range, increment);
  return fc.oneof(
    { weight: 6, arbitrary: part },
    { weight: 2, arbitrary: fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => parts.join(",")) },
    { weight: 1, arbitrary: fc.constantFrom("?", "", ",", "1,", "L", "5W", "5#2", "+5", "1-2-3", "1/2/3", "x") },
  );
}

const monthDay = fc.oneof(
  field(1, 31),
  fc.constant("?"),
  number(1, 31).map((day) => `${day}W`),
  fc.constantFrom("L", "LW", "W", "L-3", "3L", "1,L"),
);
const weekDay = fc.oneof(
  field(1, 7, WEEKDAY_NAMES),
  fc.constant("?"),
  fc.tuple(number(1, 7), number(1, 5)).map(([day, week]) => `${day}#${week}`),
  number(1, 7).map((day) => `${day}L`),
  fc.constantFrom("L", "TUE#2", "FRIL", "3#1,6#3", "#2", "3#", "2W"),
);
const dayFields = fc.oneof(
  { weight: 5, arbitrary: monthDay.map((day): [string, string] => [day, "?"]) },
  { weight: 5, arbitrary: weekDay.map((day): [string, string] => ["?", day]) },
  { weight: 1, arbitrary: fc.tuple(monthDay, weekDay) },
);
const minute = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 59 }).map(String) }, field(0, 59));
const hour = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("*", "5", "0/12") }, field(0, 23));
const month = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("*", "1-6") }, field(1, 12, MONTH_NAMES));
const year = fc.oneof({ weight: 8, arbitrary: fc.constant("*") }, field(1970, 2199));
const expression = fc
  .tuple(minute, hour, dayFields, month, year)
  .map(([m, h, [dayOfMonth, dayOfWeek], mon, y]) => `cron(${[m, h, dayOfMonth, mon, dayOfWeek, y].join(" ")})`);

/** The product computes no days and years that only AWS has, and wants a backup at least once a year. */
const isSeldom = (problem: string | undefined) => problem !== undefined && /never runs/.test(problem);

test("a schedule is refused by both or by neither", (t) => {
  fc.assert(
    fc.property(expression, (schedule) => {
      const [product, cloud] = [awsScheduleProblem(schedule), planRefusal({ schedule })];
      if (!isSeldom(product ?? cloud)) agree(product, cloud);
    }),
    RUNS,
  );
  t.pass();
});

test("a schedule runs next when the other says so", (t) => {
  let compared = 0;
  const zone = fc.constantFrom("Etc/UTC", "Asia/Tokyo", "Asia/Kolkata", "America/St_Johns");
  const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) });
  const accepted = expression.filter((schedule) => awsScheduleProblem(schedule) === undefined);
  fc.assert(
    fc.property(accepted, zone, instant, (schedule, timeZone, after) => {
      const product = nextAwsRun(schedule, timeZone, after);
      const cloud = cloudRun(schedule, timeZone, after);
      // The product looks three years ahead, and at schedules that Kubernetes could express.
      if (product === undefined || cloud === undefined) return;
      compared += 1;
      // The documents do not say what becomes of a run in an hour that a change of the clocks leaves out or repeats.
      const tolerated = timeZone === "America/St_Johns" ? 3_600_000 : 0;
      if (Math.abs(product - cloud) > tolerated)
        throw new Error(`${new Date(product).toISOString()} is not ${new Date(cloud).toISOString()}`);
    }),
    RUNS,
  );
  t.true(compared > RUNS.numRuns / 5, `${compared} schedules could be compared`);
});

test("a lifecycle is refused by both or by neither", (t) => {
  fc.assert(
    fc.property(fc.boolean(), days, days, (continuous, deleteAfter, coldStorageAfter) => {
      const lifecycle = { deleteAfterDays: deleteAfter, moveToColdStorageAfterDays: coldStorageAfter };
      // In a policy's plan -1 means "for ever", as for AWS; configuration has no such number.
      const isForEver = deleteAfter === -1 || coldStorageAfter === -1;
      const [product] = backupLifecycleProblems({ continuous, deleteAfter, coldStorageAfter });
      if (!isForEver) agree(product, planRefusal({ continuous, lifecycle }));
    }),
    RUNS,
  );
  t.pass();
});

test("a lifecycle of -1 days keeps recovery points for ever", (t) => {
  const rule = {
    ruleName: "daily",
    schedule: "cron(0 5 ? * * *)",
    lifecycle: { deleteAfter: -1, coldStorageAfter: -1 },
  };
  const [read] = planRules({ rules: [rule] });
  t.deepEqual(read && backupLifecycleProblems(read.lifecycle), []);
  t.is(planRefusal({ lifecycle: { deleteAfterDays: -1, moveToColdStorageAfterDays: -1 } }), undefined);
});

test("a lock is refused by both or by neither", (t) => {
  fc.assert(
    fc.property(days, days, days, (minRetentionDays, maxRetentionDays, changeableForDays) => {
      const lock = { minRetentionDays, maxRetentionDays, changeableForDays };
      const vault = new Vault({ name: "vault", arn: "arn:aws:backup:::backup-vault:vault", kmsKeyArn: "", tags: {} });
      agree(
        vaultLockProblems(lock)[0],
        refusal(() => vault.setLock(lock, 0)),
      );
    }),
    RUNS,
  );
  t.pass();
});

function cloudRun(schedule: string, timeZone: string, after: number): number | undefined {
  try {
    return nextRun(parseCron(schedule), timeZone, after);
  } catch (error) {
    if (error instanceof CronError) return undefined;
    throw error;
  }
}
