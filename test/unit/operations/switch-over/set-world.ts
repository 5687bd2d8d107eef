import type { ExecutionContext } from "ava";
import type { Member } from "../../../../operations/switch-over/member";
import { abortSwitchOver, runSwitchOver } from "../../../../operations/switch-over/protocol";
import { RdsMember } from "../../../../operations/switch-over/rds";
import { rdsDatabases } from "../../../../operations/switch-over/rds-databases";
import type { StoppablePods } from "../../../../operations/switch-over/stoppable-pods";
import { dynamodbWorld, TABLES } from "./dynamodb-world";
import { type Death, type Life, live } from "./mortal";
import { ACCESS, createInstance, INSTANT, MARKS, obedientPods, REGION, STACK, SUFFIX } from "./world";

/** Tables, an instance, and databases of somebody else. */
export async function setWorld(t: ExecutionContext) {
  const tables = await dynamodbWorld(t, 40);
  const { rds, dynamodb, endpoint } = tables;
  const create = (identifier: string, marks: Record<string, string>, balance: number) => {
    createInstance(rds, identifier, marks);
    rds.instances.instance(identifier).put("accounts", "a", { balance });
  };
  create("customers", {}, 7);
  create(`customers${SUFFIX}`, MARKS, 5);
  create("foreign", {}, 9);
  tables.clock.pass(60 * 60_000);
  const pods = obedientPods();
  const members = (mortal: StoppablePods): Member[] => [
    tables.member(mortal),
    new RdsMember(
      {
        service: "rds",
        name: "customers",
        region: REGION,
        what: "instance",
        identifier: "customers",
        copyIdentifier: `customers${SUFFIX}`,
        replacedIdentifier: `customers-replaced${SUFFIX}`,
      },
      { instant: INSTANT, stack: STACK },
      rdsDatabases("instance", REGION, ACCESS),
    ),
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

  const instance = (identifier: string) =>
    rds.instances.find(identifier)?.rows("accounts").get("a")?.balance as number | undefined;
  const table = (name: string) => dynamodb.find(name)?.items().get("a")?.balance as number | undefined;
  /** What is wrong, by the cloud's own records. */
  const violations = (): string[] => {
    const wrong: string[] = [];
    const names = [...TABLES.map((name) => table(name)), instance("customers")];
    const [sources, copies] = [names.filter((each) => each === 7).length, names.filter((each) => each === 5).length];
    if (sources > 0 && copies > 0) wrong.push(`a mixture answers: ${names}`);
    if (pods.running > 0 && sources < names.length && copies < names.length)
      wrong.push(`pods run while ${names} answer`);
    for (const name of TABLES) if (table(`${name}${SUFFIX}`) !== 5) wrong.push(`the copy of ${name} is incomplete`);
    const whole = [`customers${SUFFIX}`, "customers"].some((name) => instance(name) === 5);
    if (!whole) wrong.push("the copy of customers is incomplete");
    const kept = [`customers-replaced${SUFFIX}`, "customers"].some((name) => instance(name) === 7);
    if (!kept) wrong.push("what customers was is gone");
    if (instance("foreign") !== 9) wrong.push("a foreign database was touched");
    return wrong;
  };
  return { ...tables, run, abort, violations, pods, table, instance, dynamodb };
}
