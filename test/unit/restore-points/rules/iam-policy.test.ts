import test from "ava";
import { ROLE_POLICIES_LIMIT, tablesPolicy } from "../../../../restore-points/rules/iam-policy";

const arn = (name: string) => `arn:aws:dynamodb:ap-northeast-1:111122223333:table/${name}`;
const policy = (names: string[]) => JSON.parse(tablesPolicy(names.map(arn), JSON.stringify)) as string[];
const tables = (count: number, namespace: (index: number) => string, suffix = "") =>
  Array.from({ length: count }, (_, index) => `${namespace(index)}table-${String(index).padStart(5, "0")}${suffix}`);
const INSTANT = "-20261122t030012z";

test("each table is named once, in order, while the policy fits", (t) => {
  t.deepEqual(policy(["ledger.b", "ledger.a", "ledger.b"]), ["ledger.a", "ledger.b"].map(arn));
});

test("a policy of exactly the limit fits; a longer one names ScalarDB's namespaces, then whole regions", (t) => {
  const all = tables(300, () => "ledger.", INSTANT).map(arn);
  const padded = (size: number) => (given: string[]) => {
    const text = JSON.stringify(given);
    return given.length === all.length ? text.padEnd(size) : text;
  };
  const short = all.slice(0, 3);
  const exact = (extra: number) =>
    tablesPolicy(short, (given) => JSON.stringify(given).padEnd(given.length === 3 ? ROLE_POLICIES_LIMIT + extra : 0));
  t.deepEqual(JSON.parse(exact(0)), short);
  t.deepEqual(JSON.parse(exact(1)), [arn(`ledger.*${INSTANT}`)]);
  t.deepEqual(JSON.parse(tablesPolicy(all, padded(0))), [arn(`ledger.*${INSTANT}`)]);
  t.is(ROLE_POLICIES_LIMIT, 10_240);
});

test("names without a namespace stay as they are, and sources differ from copies", (t) => {
  const names = [...tables(200, () => "ledger."), ...tables(200, () => "ledger.", INSTANT), "orders"];
  t.deepEqual(policy(names), ["ledger.*", `ledger.*${INSTANT}`, "orders"].map(arn).sort());
});

test("the order of the names does not change the policy", (t) => {
  const names = [...tables(200, () => "ledger.", INSTANT), "ledger.z"];
  t.deepEqual(policy(names), ["ledger.*", `ledger.*${INSTANT}`].map(arn));
  t.deepEqual(policy(names.toReversed()), policy(names));
});

test("with too many namespaces, whole regions are named", (t) => {
  const names = [...tables(400, (index) => `n${index}.`), ...tables(10, (index) => `n${index}.`, INSTANT), "orders"];
  t.deepEqual(policy(names), ["*", `*${INSTANT}`].map(arn).sort());
});
