import type { ExecutionContext } from "ava";
import type { Member } from "../../../../operations/switch-over/member";
import { abortSwitchOver, runSwitchOver } from "../../../../operations/switch-over/protocol";
import { RdsMember } from "../../../../operations/switch-over/rds";
import { rdsDatabases } from "../../../../operations/switch-over/rds-databases";
import type { StoppablePods } from "../../../../operations/switch-over/stoppable-pods";
import { dynamodbWorld, TABLES } from "./dynamodb-world";
import { type Death, type Life, live } from "./mortal";
import { ACCESS, createRds, INSTANT, MARKS, obedientPods, type RdsKind, REGION, STACK, SUFFIX } from "./world";

/** The RDS databases of the set, by name. */
export const KINDS = { customers: "instance", orders: "aurora", stock: "multiAz" } as const;

/** Each database with 7 as its balance, the copy that takes its name with 5, and an instance of somebody else. @returns how to find one */
export function createKinds(rds: Parameters<typeof createRds>[0]) {
  const found = (identifier: string) =>
    rds.instances.find(identifier) ?? rds.clusters().find((cluster) => cluster.identifier === identifier);
  const create = (kind: RdsKind, identifier: string, marks: Record<string, string>, balance: number) => {
    createRds(rds, kind, identifier, marks);
    found(identifier)?.put("accounts", "a", { balance });
  };
  for (const [name, kind] of Object.entries(KINDS)) {
    create(kind, name, {}, 7);
    create(kind, `${name}${SUFFIX}`, MARKS, 5);
  }
  create("instance", "foreign", {}, 9);
  return found;
}

/** Tables, an RDS instance, an Aurora cluster, a Multi-AZ DB cluster, and databases of somebody else. */
export async function setWorld(t: ExecutionContext) {
  const tables = await dynamodbWorld(t, 40);
  const { rds, dynamodb, endpoint } = tables;
  const found = createKinds(rds);
  tables.clock.pass(60 * 60_000);
  const pods = obedientPods();
  const members = (mortal: StoppablePods): Member[] => [
    tables.member(mortal),
    ...Object.entries(KINDS).map(([name, kind]) => {
      const what = kind === "instance" ? kind : "cluster";
      const named = {
        identifier: name,
        copyIdentifier: `${name}${SUFFIX}`,
        replacedIdentifier: `${name}-replaced${SUFFIX}`,
      };
      return new RdsMember(
        { service: "rds", name, region: REGION, what, ...named },
        { instant: INSTANT, stack: STACK },
        rdsDatabases(what, REGION, ACCESS),
      );
    }),
  ];
  const run = (death?: Death): Promise<Life> =>
    live(
      endpoint.url,
      pods,
      (mortal) => runSwitchOver(INSTANT, { pods: mortal, members: members(mortal) }, () => {}),
      death,
    );

  const abort = (): Promise<Life> =>
    live(endpoint.url, pods, (mortal) => abortSwitchOver({ pods: mortal, members: members(mortal) }, () => {}));

  const database = (identifier: string) => found(identifier)?.rows("accounts").get("a")?.balance as number | undefined;
  const table = (name: string) => dynamodb.find(name)?.items().get("a")?.balance as number | undefined;
  /** What is wrong, by the cloud's own records. */
  const violations = (): string[] => {
    const wrong: string[] = [];
    const names = [...TABLES.map((name) => table(name)), ...Object.keys(KINDS).map(database)];
    const [sources, copies] = [names.filter((each) => each === 7).length, names.filter((each) => each === 5).length];
    if (sources > 0 && copies > 0) wrong.push(`a mixture answers: ${names}`);
    if (pods.running > 0 && sources < names.length && copies < names.length)
      wrong.push(`pods run while ${names} answer`);
    for (const name of TABLES) if (table(`${name}${SUFFIX}`) !== 5) wrong.push(`the copy of ${name} is incomplete`);
    for (const name of Object.keys(KINDS)) {
      if (![`${name}${SUFFIX}`, name].some((each) => database(each) === 5))
        wrong.push(`the copy of ${name} is incomplete`);
      if (![`${name}-replaced${SUFFIX}`, name].some((each) => database(each) === 7))
        wrong.push(`what ${name} was is gone`);
    }
    if (database("foreign") !== 9) wrong.push("a foreign database was touched");
    return wrong;
  };
  return { ...tables, run, abort, violations, pods, table, database, dynamodb };
}
