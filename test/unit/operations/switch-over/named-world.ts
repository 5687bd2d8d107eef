import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";
import { switchOver } from "../../../../operations/switch-over";
import type { SwitchOver, SwitchOverAccess } from "../../../../operations/switch-over/request";
import { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import { type Interference, interfere } from "./address-world";
import { buildTables, TABLES } from "./dynamodb-world";
import { cronJob, leasesOf } from "./scene";
import { createKinds, KINDS } from "./set-world";
import { ACCESS, INSTANT, passingTime, REGION, STACK, SUFFIX } from "./world";

const LEDGER = { namespace: "scalar", name: "ledger" };
const SCHEDULE = { namespace: "scalar", name: "pause" };

/** How many times as long as the operation waits: with more, it looks less often until something is done. */
const HASTE = 4;

/** Who answers under a production name. */
type Answer = "source" | "copy" | "nothing";

/**
 * Tables, an RDS instance, an Aurora cluster and a Multi-AZ DB cluster, whose copies take the production names, with a release on a
 * cluster whose API server is asked by HTTP.
 */
export async function namedWorld(t: ExecutionContext) {
  const time = passingTime(t, HASTE);
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  const { AWS_ENDPOINT_URL } = cloud.environment();
  Object.assign(process.env, { AWS_ENDPOINT_URL, NODE_OPTIONS: "" });
  const wait = async (millis: number) => {
    time.pass(millis * HASTE);
    await new Promise((resolve) => setTimeout(resolve, 1));
    // Pods start and end in real time, which no limit of the operation counts: a busy machine is no fault.
    await Promise.all(cloud.kubernetes.releases.map((release) => release.reconcile()));
  };
  t.teardown(useWaitingClock({ now: time.now, wait }));

  const { kubernetes } = cloud;
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  const rds = cloud.aws.rds.region(REGION);
  buildTables(dynamodb, time);
  const found = createKinds(rds);
  time.pass(60 * 60_000);
  const release = await kubernetes.installRelease({
    ...LEDGER,
    product: "ledger",
    replicas: 3,
    envoy: 1,
    properties: "",
  });
  const foreign = await kubernetes.installRelease({
    namespace: "scalar",
    name: "other",
    product: "ledger",
    replicas: 1,
  });
  kubernetes.store.create(cronJob(SCHEDULE, [LEDGER]));
  for (const lease of leasesOf([LEDGER])) kubernetes.store.create(lease);

  const request: SwitchOver = {
    instant: INSTANT,
    stack: STACK,
    databases: [
      {
        service: "dynamodb",
        name: "ledger",
        region: REGION,
        tables: [],
        prefixes: ["coordinator.", "ledger.", "scalardb."],
        suffix: SUFFIX,
        newStreams: false,
      },
      ...Object.entries(KINDS).map(([name, kind]) => ({
        service: "rds" as const,
        name,
        region: REGION,
        what: kind === "instance" ? ("instance" as const) : ("cluster" as const),
        identifier: name,
        copyIdentifier: `${name}${SUFFIX}`,
        replacedIdentifier: `${name}-replaced${SUFFIX}`,
      })),
    ],
    clusters: [{ cluster: "default", releases: [LEDGER], schedule: SCHEDULE }],
  };
  const access: SwitchOverAccess = { aws: ACCESS, clusters: { default: { kubeconfig: kubernetes.kubeconfig } } };
  const database = (identifier: string) => found(identifier)?.rows("accounts").get("a")?.balance as number | undefined;
  const table = (name: string) => dynamodb.find(name)?.items().get("a")?.balance as number | undefined;
  const answers = () => [...TABLES.map((name) => table(name)), ...Object.keys(KINDS).map(database)];
  /** What is wrong, by the clouds' own records. */
  const violations = (): string[] => {
    const wrong: string[] = [];
    const names = answers();
    if (names.includes(7) && names.includes(5)) wrong.push(`a mixture answers: ${names}`);
    for (const name of TABLES) if (table(`${name}${SUFFIX}`) !== 5) wrong.push(`the copy of ${name} is incomplete`);
    for (const name of Object.keys(KINDS)) {
      if (![`${name}${SUFFIX}`, name].some((each) => database(each) === 5))
        wrong.push(`the copy of ${name} is incomplete`);
      if (![`${name}-replaced${SUFFIX}`, name].some((each) => database(each) === 7))
        wrong.push(`what ${name} was is gone`);
    }
    if (database("foreign") !== 9) wrong.push("a foreign database was touched");
    if (foreign.pods.length !== 1) wrong.push("pods of a foreign release were touched");
    return wrong;
  };
  const said: string[] = [];
  return {
    cloud,
    /** What the last run has said so far. */
    said,
    releases: { ledger: release },
    violations,
    /** What a pod finds under the production names. */
    found: () => answers().map((balance): Answer => (balance === 7 ? "source" : balance === 5 ? "copy" : "nothing")),
    ended: () => answers().every((balance) => balance === 5),
    async run(
      happens: Interference = () => {},
    ): Promise<{ said: readonly string[]; calls: string[]; error: Error | undefined }> {
      interfere(cloud, happens);
      said.length = 0;
      const error = await switchOver(request, access, (line) => said.push(line)).then(
        () => undefined,
        (reason: Error) => reason,
      );
      const calls = [...cloud.failures.requests];
      cloud.failures.reset();
      return { said, calls, error };
    },
  };
}
