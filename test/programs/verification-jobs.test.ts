import test, { type ExecutionContext } from "ava";
import { COORDINATOR_TABLE, TransactionState } from "../../rehearsal/scalardb/record";
import { toItem } from "../../rehearsal/scalardb/stores/dynamodb-layout";
import { verifyingImages } from "../../rehearsal/scalardb/verify-copies";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import type { KubernetesObject, ObjectStore } from "../../simulator/cloud/kubernetes/cluster";
import { kindOf } from "../../simulator/cloud/kubernetes/cluster";
import type { ContainerEnd, ContainerRun } from "../../simulator/cloud/kubernetes/images";
import { runImages } from "../../simulator/cloud/kubernetes/images";
import type { StackResult } from "../../simulator/engine/stack";
import { changes, errors, REGION, recordNextWindow, rehearsed } from "./rehearsed";

const ELSEWHERE = "ap-northeast-3";
const MINUTE = 60_000;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const JOBS = kindOf({ apiVersion: "batch/v1", kind: "Job" });
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });

const PROPERTIES = [
  "scalar.db.storage=multi-storage",
  "scalar.db.multi_storage.storages=ledger,customers",
  "scalar.db.multi_storage.storages.ledger.storage=dynamo",
  `scalar.db.multi_storage.storages.ledger.contact_points=${REGION}`,
  "scalar.db.multi_storage.storages.ledger.username=key",
  "scalar.db.multi_storage.storages.customers.storage=jdbc",
  "scalar.db.multi_storage.storages.customers.contact_points=jdbc:postgresql://customers-prod.example.com:5432/customers",
].join("\n");

const SCAN = {
  namespace: "scalar",
  schemaLoaderImage: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0",
  namespaces: ["ledger", "customers"],
  recordsPerSecond: 500,
};
const CHECK = { namespace: "scalar", image: "registry.example.com/balances:1", args: ["--all"], env: { LIMIT: "0" } };

/** A set whose ledger has one account, which a transaction has committed. */
async function drill(
  t: ExecutionContext,
  verify: object,
  check: (run: ContainerRun) => ContainerEnd = () => ({ exitCode: 0 }),
) {
  t.timeout(600_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:properties": PROPERTIES,
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
    ],
  });
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const tables = { ledger: [COORDINATOR_TABLE, "ledger.accounts"], customers: ["customers.accounts"] };
  const runs: ContainerRun[] = [];
  runImages(cloud.kubernetes, [
    ...verifyingImages(cloud, { tables }),
    {
      reference: /^registry\.example\.com\/balances:/,
      run: (run) => {
        runs.push(run);
        return check(run);
      },
    },
  ]);
  const sources = cloud.aws.dynamodb.region(REGION);
  const write = (table: string, key: string, record: object) =>
    sources.table(table).putItem(key, toItem(record), cloud.clock.now());
  /** An account as a transaction commits it, with or without the transaction's row in the coordinator. */
  const commit = (account: string, tx_id: string, withRow = true) => {
    const now = cloud.clock.now();
    if (withRow) write(COORDINATOR_TABLE, tx_id, { tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: now });
    const state = { tx_state: TransactionState.COMMITTED, tx_version: 1, tx_prepared_at: now, tx_committed_at: now };
    write("ledger.accounts", account, { account, balance: 10, tx_id, ...state });
  };
  const protect = await stack.up();
  t.true(protect.succeeded, errors(protect));
  cloud.clock.advance(60 * MINUTE);
  commit("a1", "t1");
  const restore = () => {
    const at = recordNextWindow(cloud, RELEASE.namespace, [RELEASE.name], 10);
    cloud.clock.advance(20 * MINUTE);
    stack.config["scalar-backup:restore"] = { at, verify };
    return at;
  };
  return { cloud, stack, commit, restore, runs };
}

interface Pod {
  automountServiceAccountToken: boolean;
  securityContext: object;
  containers: { securityContext: object; resources: { limits?: object } }[];
  initContainers?: Pod["containers"];
}

/** Every Job's pod is confined as the pauser's is, and has no token of the cluster. */
function hardened(t: ExecutionContext, store: ObjectStore): void {
  const podOf = (spec: unknown) => (spec as { template: { spec: Pod } }).template.spec;
  const [cronJob] = store.list(CRON_JOBS) as [KubernetesObject];
  const pauser = podOf((cronJob.spec as unknown as { jobTemplate: { spec: unknown } }).jobTemplate.spec);
  for (const job of store.list(JOBS, "scalar")) {
    const pod = podOf(job.spec);
    t.false(pod.automountServiceAccountToken);
    t.deepEqual(pod.securityContext, pauser.securityContext, job.metadata.name);
    for (const { securityContext, resources } of [...pod.containers, ...(pod.initContainers ?? [])]) {
      t.deepEqual(securityContext, pauser.containers[0]?.securityContext, job.metadata.name);
      t.truthy(resources.limits);
    }
  }
}

interface Shown {
  verdict: string;
  restsOn: string[];
  because: string[];
}
const shown = ({ outputs }: StackResult) => outputs.verification as unknown as Shown;

test("copies are consistent when a scan has found nothing, repaired and checked only then", async (t) => {
  const { cloud, stack, restore, runs } = await drill(t, { scan: SCAN, repair: true, check: CHECK });
  restore();
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const infos = preview.diagnostics.map(({ message }) => message).join("\n");
  t.regex(
    infos,
    /restore\.verify\.scan reads every record of ledger, customers once, and the coordinator, at most 500/,
  );
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  const verification = shown(up);
  t.is(verification.verdict, "consistent", verification.because.join("; "));
  t.regex(verification.restsOn.join("\n"), /1 record of 2 tables was scanned: none is of a transaction/);
  t.regex(verification.restsOn.join("\n"), /the check of registry\.example\.com\/balances:1 has succeeded/);

  const properties = runs[0]?.files.get("/copies/database.properties") ?? "";
  t.regex(properties, new RegExp(`ledger\\.contact_points=${ELSEWHERE}$`, "m"));
  t.regex(properties, /customers\.contact_points=jdbc:postgresql:\/\/customers-prod-\S+:5432\/customers$/m);
  t.like(runs[0], { words: ["--all"], env: { LIMIT: "0", SCALAR_DB_PROPERTIES: "/copies/database.properties" } });

  const jobs = cloud.kubernetes.store
    .list(JOBS, "scalar")
    .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(({ metadata }) => metadata.name.split("-")[1]);
  t.deepEqual(jobs, ["scan", "repair", "check"]);
  hardened(t, cloud.kubernetes.store);
  const again = await stack.preview();
  t.deepEqual(changes(again), [], errors(again));

  // What was found stays known when the pods are gone.
  for (const { metadata } of cloud.kubernetes.store.list(PODS, "scalar"))
    cloud.kubernetes.store.delete(PODS, "scalar", metadata.name);
  t.is(shown(await stack.up()).verdict, "consistent");

  delete stack.config["scalar-backup:restore"];
  const removed = await stack.up();
  t.true(removed.succeeded, errors(removed));
  t.deepEqual(cloud.kubernetes.store.list(JOBS, "scalar"), []);
});

test("a committed record without its transaction's row refuses the copies, and nothing is repaired or checked", async (t) => {
  const { cloud, stack, commit, restore, runs } = await drill(t, { scan: SCAN, repair: true, check: CHECK });
  commit("a2", "t2", false);
  restore();
  const up = await stack.up();
  t.false(up.succeeded);
  t.regex(
    errors(up),
    /are refused, because they do not fit together: 1 committed record is newer than the coordinator/,
  );
  t.regex(errors(up), /Evidence: ledger\.accounts account=a2: transaction t2\./);
  t.is(up.outputs.helmValues, undefined);
  t.deepEqual(runs, []);
  t.deepEqual(
    cloud.kubernetes.store.list(JOBS, "scalar").map(({ metadata }) => metadata.name.split("-")[1]),
    ["scan"],
  );
});

test("a check that fails refuses the copies: nothing that depends on them is known", async (t) => {
  const { stack, restore } = await drill(t, { check: CHECK }, () => ({ exitCode: 3, message: "account a1 is off" }));
  restore();
  const up = await stack.up();
  t.false(up.succeeded);
  t.regex(
    errors(up),
    /the copies are refused: the Job scalar\/\S+ failed \(.*\): its pod exited with 3, account a1 is off\./,
  );
  t.is(up.outputs.helmValues, undefined);
  t.is(up.outputs.restored, undefined);
});

/** A set whose coordinator is in Aurora, next to accounts; a transaction commits before the window, and one after it. */
async function relationalDrill(t: ExecutionContext, scan: object = SCAN) {
  t.timeout(600_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
    ],
  });
  buildDynamodb(cloud, REGION);
  cloud.aws.dynamodb.region(REGION).deleteTable(COORDINATOR_TABLE);
  buildAurora(cloud, REGION, "customers-prod");
  const source = cloud.aws.rds.region(REGION).cluster("customers-prod");
  stack.config["scalar-backup:properties"] = PROPERTIES.replace("customers-prod.example.com", source.endpoint);
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const tables = { ledger: ["ledger.accounts"], customers: [COORDINATOR_TABLE, "customers.accounts"] };
  runImages(cloud.kubernetes, verifyingImages(cloud, { tables }));
  const commit = (tx_id: string, at = cloud.clock.now()) => {
    const state = { tx_state: TransactionState.COMMITTED, tx_version: 1, tx_prepared_at: at, tx_committed_at: at };
    source.put(COORDINATOR_TABLE, tx_id, { tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: at });
    source.put("customers.accounts", tx_id, { account: tx_id, balance: 10, tx_id, ...state });
  };
  const protect = await stack.up();
  t.true(protect.succeeded, errors(protect));
  cloud.clock.advance(60 * MINUTE);
  commit("before");
  /** A window with something in its middle, and after it. */
  const restore = (inside: () => void, after: () => void) => {
    const at = recordNextWindow(cloud, RELEASE.namespace, [RELEASE.name], 10, inside);
    cloud.clock.advance(MINUTE);
    after();
    cloud.clock.advance(20 * MINUTE);
    stack.config["scalar-backup:restore"] = { at, verify: { scan } };
    return at;
  };
  return { cloud, stack, commit, restore };
}

const COMPARED = { ...SCAN, presentCoordinator: true };

test("a coordinator in a relational database proves the pause by the present one, which has commits after it", async (t) => {
  const { stack, commit, restore } = await relationalDrill(t, COMPARED);
  const at = restore(
    () => {},
    () => commit("after"),
  );
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const infos = preview.diagnostics.map(({ message }) => message).join("\n");
  t.regex(
    infos,
    /The running database's coordinator is searched once .* \(restore\.verify\.scan\.presentCoordinator\)/,
  );
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  const { verdict, restsOn } = shown(up);
  t.is(verdict, "pause proven by commit times", shown(up).because.join("; "));
  t.regex(
    restsOn[0] ?? "",
    new RegExp(
      `^coordinator\\.state: the newest commit of its copy \\(1 row\\) is \\S+ s older than ${at}, .* unless a pod's clock is off by more than`,
    ),
  );
  t.truthy(up.outputs.lastDrill, "a drill has passed");
  t.deepEqual(changes(await stack.preview()), []);
});

test("a commit in the window, or none after it, ends the up; without the comparison, the verdict says how to get one", async (t) => {
  const missed = await relationalDrill(t, COMPARED);
  missed.restore(
    () => missed.commit("of-a-missed-pod"),
    () => missed.commit("after"),
  );
  const refused = await missed.stack.up();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    /are refused, .*Evidence: coordinator\.state: transaction of-a-missed-pod of \S+ is not in the copy/,
  );
  t.is(refused.outputs.helmValues, undefined);

  const quiet = await relationalDrill(t, COMPARED);
  quiet.restore(
    () => {},
    () => {},
  );
  const unproven = await quiet.stack.up();
  t.false(unproven.succeeded);
  t.regex(errors(unproven), /the present coordinator has no commit that the copy lacks, .* pulumi up --replace/);
  quiet.stack.config["scalar-backup:restore"] = {
    ...(quiet.stack.config["scalar-backup:restore"] as object),
    verify: { scan: SCAN },
  };
  const without = await quiet.stack.up();
  t.true(without.succeeded, errors(without));
  t.is(shown(without).verdict, "unproven");
  t.regex(shown(without).because.join(), /customers\), .* set restore\.verify\.scan\.presentCoordinator/);
});
