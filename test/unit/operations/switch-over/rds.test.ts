import test, { type ExecutionContext } from "ava";
import { instanceTaking, isNameTaken } from "../../../../operations/rds-taking-name";
import type { Guard, Say } from "../../../../operations/switch-over/member";
import { abortSwitchOver, runSwitchOver } from "../../../../operations/switch-over/protocol";
import { RdsMember } from "../../../../operations/switch-over/rds";
import { type RdsDatabase, type RdsDatabases, rdsDatabases } from "../../../../operations/switch-over/rds-databases";
import { PRODUCTION_NAME_TAG, REPLACES_TAG } from "../../../../restore-points/rules/tag-keys";
import {
  ACCESS,
  awsWorld,
  createRds,
  INSTANT,
  MARKS,
  obedientPods,
  type RdsKind,
  REGION,
  STACK,
  SUFFIX,
} from "./world";

const MINUTE = 60_000;
const KINDS: readonly RdsKind[] = ["instance", "aurora", "multiAz"];

const COPY = `customers${SUFFIX}`;
const REPLACED = `customers-replaced${SUFFIX}`;

/** A production database with data, and its copy with the data of the instant. */
async function rdsWorld(t: ExecutionContext, kind: RdsKind) {
  const world = await awsWorld(t);
  const { rds, clock } = world;
  const build = (identifier: string, marks: Record<string, string>) => createRds(rds, kind, identifier, marks);
  build("customers", {});
  build(COPY, MARKS);
  const database = (identifier: string) =>
    kind === "instance" ? rds.instances.instance(identifier) : rds.cluster(identifier);
  database("customers").put("accounts", "a", { balance: 7 });
  database(COPY).put("accounts", "a", { balance: 5 });
  clock.pass(60 * MINUTE);
  const what = kind === "instance" ? "instance" : "cluster";
  const member = (databases = rdsDatabases(what, REGION, ACCESS), guard?: Guard) =>
    new RdsMember(
      {
        service: "rds",
        name: "customers",
        region: REGION,
        what,
        identifier: "customers",
        copyIdentifier: COPY,
        replacedIdentifier: REPLACED,
      },
      { instant: INSTANT, stack: STACK },
      databases,
      guard,
    );
  const balance = (identifier: string) => database(identifier).rows("accounts").get("a");
  return { ...world, member, balance, build };
}

const quiet: Say = () => {};

for (const kind of KINDS) {
  test.serial(`${kind}: the copy takes the production name, and what it replaces is kept`, async (t) => {
    const { member, balance, clock } = await rdsWorld(t, kind);
    const pods = obedientPods();
    const said: string[] = [];
    const began = clock.now();
    const result = await runSwitchOver(INSTANT, { pods, members: [member()] }, (line) => said.push(line));
    t.deepEqual(balance("customers"), { balance: 5 });
    t.deepEqual(balance(REPLACED), { balance: 7 });
    t.regex(result.endpoints.customers ?? "", /^customers\./);
    t.regex(result.kept.join("\n"), new RegExp(`kept as .* ${REPLACED}`));
    t.deepEqual(pods.log, ["lock", "stop", "start", "unlock"]);
    t.log(`${Math.round((clock.now() - began) / MINUTE)} simulated minutes`, said);
    // Again, as after a lost state: nothing is left to do.
    pods.log.length = 0;
    await runSwitchOver(INSTANT, { pods, members: [member()] }, quiet);
    t.deepEqual(pods.log, ["lock", "unlock"]);
    t.deepEqual(balance("customers"), { balance: 5 });
  });
}

test.serial("what else leads to the replaced database is named before anything changes", async (t) => {
  const { member, balance, rds } = await rdsWorld(t, "aurora");
  const cluster = rds.cluster("customers");
  rds.neighbours.addProxy("pool", { cluster: "customers" });
  rds.neighbours.addBlueGreenDeployment("upgrade", cluster.describe().DBClusterArn ?? "", "arn:other");
  rds.neighbours.addCustomEndpoint("reporting", cluster, { static: ["customers-1"] });
  const pods = obedientPods();
  const error = await t.throwsAsync(runSwitchOver(INSTANT, { pods, members: [member()] }, quiet));
  const lines = (error?.message ?? "").split("\n");
  t.is(lines.length, 4, error?.message);
  for (const expected of [/the proxy pool;/, /blue\/green deployment upgrade;/, /custom endpoint reporting,/])
    t.true(
      lines.some((line) => expected.test(line)),
      String(expected),
    );
  t.deepEqual(pods.log, []);
  t.deepEqual(balance("customers"), { balance: 7 });
});

test.serial("another database under the production name is not touched", async (t) => {
  const { member, balance, build } = await rdsWorld(t, "instance");
  const pods = obedientPods();
  let foreign = false;
  // Somebody creates a database under the free name, between closing and opening.
  const meddler: Say = (line) => {
    if (!/^step 5 of 8/.test(line) || foreign) return;
    foreign = true;
    build("customers", {});
  };
  const error = await t.throwsAsync(runSwitchOver(INSTANT, { pods, members: [member()] }, meddler));
  t.true(foreign);
  t.regex(error?.message ?? "", /neither the database that is to be replaced nor its copy/);
  t.is(balance("customers"), undefined);
  t.deepEqual(balance(COPY), { balance: 5 });
  t.deepEqual(balance(REPLACED), { balance: 7 });
  t.is(pods.running, 0);
});

test.serial("a source that is not found for a moment is not forgotten", async (t) => {
  const { member, balance, rds } = await rdsWorld(t, "instance");
  const source = rds.instances.instance("customers").describe().DbiResourceId;
  const pods = obedientPods();
  const interrupted: Say = (line) => {
    if (/^step 3 of 8/.test(line)) throw new Error("killed");
  };
  await t.throwsAsync(runSwitchOver(INSTANT, { pods, members: [member()] }, interrupted), { message: "killed" });

  // Neither its name nor its id leads to it, until names are opened.
  const real = rdsDatabases("instance", REGION, ACCESS);
  let hidden = true;
  const shown = (found: RdsDatabase | undefined) => (hidden && found?.resourceId === source ? undefined : found);
  const veiled: RdsDatabases = {
    ...real,
    find: async (identifier) => shown(await real.find(identifier)),
    findByResourceId: async (id) => shown(await real.findByResourceId(id)),
  };
  const unveiling: Say = (line) => {
    if (/^step 6 of 8/.test(line)) hidden = false;
  };
  await t.throwsAsync(runSwitchOver(INSTANT, { pods, members: [member(veiled)] }, unveiling), {
    message: /customers exists, and is neither source nor copy/,
  });
  t.deepEqual(balance("customers"), { balance: 7 });

  await runSwitchOver(INSTANT, { pods, members: [member()] }, quiet);
  t.deepEqual(balance("customers"), { balance: 5 });
  t.deepEqual(balance(REPLACED), { balance: 7 });
});

test.serial("a copy that another stack has marked takes no name of this stack's databases", async (t) => {
  const { build, rds } = await rdsWorld(t, "instance");
  const taken = (stack: string) => isNameTaken("instance", REGION, "orders", stack, ACCESS);
  build("orders-copy", { ...MARKS, "scalar-backup:production-name": "orders" });
  t.true(await taken(STACK));
  t.is((await instanceTaking(REGION, "orders", STACK, ACCESS))?.instance.DBInstanceIdentifier, "orders");
  t.false(await taken("organization/scalar-backup/other"));
  t.is(await instanceTaking(REGION, "orders", "organization/scalar-backup/other", ACCESS), undefined);
  t.truthy(rds.instances.instance("orders-copy"));
});

test.serial("pods that come back are stopped again before a name is opened, or nothing is opened", async (t) => {
  const { member, balance } = await rdsWorld(t, "aurora");
  const pods = obedientPods();
  pods.back = () => 2;
  const error = await t.throwsAsync(runSwitchOver(INSTANT, { pods, members: [member()] }, quiet));
  t.regex(error?.message ?? "", /pods have come back: default: scalar\/pod-0 \(Running\)/);
  t.deepEqual(balance(COPY), { balance: 5 });
  pods.back = undefined;
  pods.running = 0;
  await runSwitchOver(INSTANT, { pods, members: [member()] }, quiet);
  t.deepEqual(balance("customers"), { balance: 5 });
});

for (const kind of KINDS)
  test.serial(`${kind}: two switch-overs side by side, of a set without releases, come to the same end`, async (t) => {
    const { member, balance } = await rdsWorld(t, kind);
    // An update was killed, and its switch-over runs on while the next update begins another.
    const ends = await Promise.allSettled([
      runSwitchOver(INSTANT, { members: [member()] }, quiet),
      runSwitchOver(INSTANT, { members: [member()] }, quiet),
    ]);
    t.log(ends.map((end) => (end.status === "rejected" ? end.reason.message : "done")));
    await runSwitchOver(INSTANT, { members: [member()] }, quiet);
    t.deepEqual(balance("customers"), { balance: 5 });
    t.deepEqual(balance(REPLACED), { balance: 7 });
  });

test.serial("a switch-over that was aborted while its process was asleep renames nothing", async (t) => {
  const { member, balance } = await rdsWorld(t, "instance");
  const databases = rdsDatabases("instance", REGION, ACCESS);
  let wake = () => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  let asleep = () => {};
  const sleeps = new Promise<void>((resolve) => {
    asleep = resolve;
  });
  // Asleep from when all steps before the renaming are done.
  const dreaming = runSwitchOver(INSTANT, { members: [member(databases)] }, (line) => {
    if (!/^step 4 of/.test(line)) return;
    const { findByResourceId } = databases;
    databases.findByResourceId = async (id) => {
      asleep();
      await woken;
      return await findByResourceId.call(databases, id);
    };
  });
  dreaming.catch(() => {});
  await sleeps;
  await abortSwitchOver({ members: [member()] }, quiet);
  wake();
  await t.throwsAsync(dreaming, { message: /is not marked any more to replace customers: .* aborted in the meantime/ });
  t.deepEqual(balance("customers"), { balance: 7 });
  t.deepEqual(balance(COPY), { balance: 5 });
});

test.serial("an abort while another process closes a name is refused, and the switch-over can go on", async (t) => {
  const { member, balance, rds, clock } = await rdsWorld(t, "instance");
  const said: string[] = [];
  const abort = abortSwitchOver({ members: [member()] }, (line) => {
    said.push(line);
    // It was asked for before the marks were taken away.
    if (/looks for a minute/.test(line))
      rds.modifyDBInstance({
        DBInstanceIdentifier: "customers",
        NewDBInstanceIdentifier: REPLACED,
        ApplyImmediately: true,
      });
  });
  await t.throwsAsync(abort, {
    message: /was closed in the meantime.*Set restore\.switchOver\.confirm in place of abort/,
  });
  t.false(said.some((line) => /^aborted/.test(line)));
  clock.pass(30 * MINUTE);
  await runSwitchOver(INSTANT, { members: [member()] }, quiet);
  t.deepEqual(balance("customers"), { balance: 5 });
  t.deepEqual(balance(REPLACED), { balance: 7 });
});

test.serial("an abort sees a renaming that shows as unchanged at the beginning and end of its minute", async (t) => {
  const { member, rds } = await rdsWorld(t, "instance");
  const databases = rdsDatabases("instance", REGION, ACCESS);
  let looks = 0;
  const { find } = databases;
  databases.find = async (identifier) => {
    const found = await find.call(databases, identifier);
    if (identifier === "customers") looks += 1;
    // The first look finds it before its name is asked for; from the second on, it seems to be unchanged in all but one of five.
    return found && { ...found, status: looks % 5 === 0 ? found.status : "available", pendingIdentifier: undefined };
  };
  const abort = abortSwitchOver({ members: [member(databases)] }, (line) => {
    if (/looks for a minute/.test(line))
      rds.modifyDBInstance({
        DBInstanceIdentifier: "customers",
        NewDBInstanceIdentifier: REPLACED,
        ApplyImmediately: true,
      });
  });
  await t.throwsAsync(abort, { message: /was closed in the meantime/ });
});

test.serial(
  "a switch-over whose marks an abort has taken away while a name was on its way sets them again",
  async (t) => {
    const { member, balance } = await rdsWorld(t, "instance");
    const databases = rdsDatabases("instance", REGION, ACCESS);
    let unmarked: Promise<void> | undefined;
    const { find } = databases;
    databases.find = async (identifier) => {
      await unmarked;
      return await find.call(databases, identifier);
    };
    await runSwitchOver(INSTANT, { members: [member(databases)] }, (line) => {
      // Its source has its new name: a run that had begun to ask for it is not stopped by what is taken away now.
      if (/ is what was customers$/.test(line)) unmarked ??= unmark(rdsDatabases("instance", REGION, ACCESS));
    });
    t.truthy(unmarked);
    t.deepEqual(balance("customers"), { balance: 5 });
    // Without marks, the next run would find no copy.
    await runSwitchOver(INSTANT, { members: [member()] }, quiet);
  },
);

test.serial(
  "a process that was suspended while it looked for a free name asks for none without its Leases",
  async (t) => {
    const { member, balance } = await rdsWorld(t, "instance");
    const databases = rdsDatabases("instance", REGION, ACCESS);
    let lost = false;
    const { find } = databases;
    databases.find = async (identifier) => {
      const found = await find.call(databases, identifier);
      lost ||= pausedAt && identifier === REPLACED;
      return found;
    };
    let pausedAt = false;
    const guard = async () => {
      if (lost) throw new Error("the Leases are lost");
    };
    const running = runSwitchOver(INSTANT, { members: [member(databases, guard)] }, (line) => {
      pausedAt ||= /^step 4 of/.test(line);
    });
    await t.throwsAsync(running, { message: "the Leases are lost" });
    t.deepEqual(balance("customers"), { balance: 7 });
  },
);

async function unmark(databases: RdsDatabases): Promise<void> {
  const copy = await databases.find(COPY);
  if (copy) await databases.untag(copy.arn, [PRODUCTION_NAME_TAG, REPLACES_TAG]);
}
