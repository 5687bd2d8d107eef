import fc from "fast-check";
import resources from "../../../components/databases/create/created-resources.json";
import { isMap, listOf } from "./maps";

type ArgumentType = string | ArgumentType[] | { [name: string]: ArgumentType };
type Args = Record<string, unknown>;

/** A resource that `create` declares: what a user gives it at least, and its arguments in the SDK's declarations. */
const RESOURCES: Record<string, { usual: Args; declared: { [name: string]: ArgumentType } }> = {
  table: {
    usual: { hashKey: "id", attributes: [{ name: "id", type: "S" }] },
    declared: resources["@pulumi/aws/dynamodb/table"],
  },
  cluster: { usual: { dbSubnetGroupName: "scalar-databases" }, declared: resources["@pulumi/aws/rds/cluster"] },
  multiAzCluster: {
    usual: {
      dbClusterInstanceClass: "db.m6gd.large",
      allocatedStorage: 100,
      iops: 1000,
      dbSubnetGroupName: "scalar-databases",
    },
    declared: resources["@pulumi/aws/rds/cluster"],
  },
  instances: { usual: { instanceClass: "db.r7g.large" }, declared: resources["@pulumi/aws/rds/clusterInstance"] },
  instance: {
    usual: { instanceClass: "db.m7g.large", allocatedStorage: 100, dbSubnetGroupName: "scalar-databases" },
    declared: resources["@pulumi/aws/rds/instance"],
  },
  account: {
    usual: { resourceGroupName: "scalar-databases", locations: [{ locationName: "japaneast" }] },
    declared: resources["@pulumi/azure-native/cosmosdb/databaseAccount"],
  },
  server: {
    usual: {
      resourceGroupName: "scalar-databases",
      administratorLogin: "scalar",
      administratorLoginPassword: "Not-a-real-passw0rd",
      sku: { name: "Standard_D4ads_v5", tier: "GeneralPurpose" },
      storage: { storageSizeGB: 128 },
    },
    declared: resources["@pulumi/azure-native/dbforpostgresql/server"],
  },
};

/** Arguments of a resource that `create` declares; with others of its own now and then, of the declared types. */
export function createdArguments(resource: string): fc.Arbitrary<Args> {
  const { usual, declared } = RESOURCES[resource] ?? { usual: {}, declared: {} };
  const each = Object.entries(declared).map(([name, type]) => {
    const key = name.replace("!", "");
    return argument(type).map((value): [string, unknown] => [key, value]);
  });
  const others = fc.array(fc.oneof(...each), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 6 },
    { arbitrary: others.map((more) => ({ ...usual, ...Object.fromEntries(more) })), weight: 1 },
  );
}

const ENGINES: Record<string, string> = { rdsOracle: "oracle-se2", rdsSqlserver: "sqlserver-se" };

/** What `create` of a kind declares with arguments that providers accept: random ones may take the place of usual ones, too. */
export function usualCreated(kind: string, create: Args): Args {
  const usual = (resource: string): Args => RESOURCES[resource]?.usual ?? {};
  const made: Record<string, (args: unknown) => unknown> = {
    tables: (tables) =>
      Object.fromEntries(Object.keys(isMap(tables) ? tables : {}).map((name) => [name, usual("table")])),
    cluster: () => usual(kind.startsWith("aurora") ? "cluster" : "multiAzCluster"),
    instances: (instances) => listOf(instances).map(() => usual("instances")),
    instance: () => ({ ...(ENGINES[kind] !== undefined && { engine: ENGINES[kind] }), ...usual("instance") }),
    account: () => usual("account"),
    server: () => usual("server"),
  };
  return Object.fromEntries(Object.entries(create).map(([key, args]) => [key, made[key]?.(args) ?? args]));
}

const shortText = fc.string({ maxLength: 10 });
const number = fc.nat(100);

function argument(type: ArgumentType): fc.Arbitrary<unknown> {
  if (Array.isArray(type)) return fc.array(argument(type[0] ?? "any"), { maxLength: 2 });
  if (typeof type !== "string") {
    const every = type["*"];
    if (every !== undefined) return fc.dictionary(shortText, argument(every), { maxKeys: 2 });
    const needed = Object.keys(type).filter((name) => name.endsWith("!"));
    return fc.record(
      Object.fromEntries(Object.entries(type).map(([name, each]) => [name.replace("!", ""), argument(each)])),
      { requiredKeys: needed.map((name) => name.slice(0, -1)) },
    );
  }
  if (type === "boolean") return fc.boolean();
  return type === "number" ? number : shortText;
}
