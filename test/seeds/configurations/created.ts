import fc from "fast-check";
import resources from "../../../components/databases/create/created-resources.json";

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

const USUAL_KEYS = new Set(["engine", ...Object.values(RESOURCES).flatMap(({ usual }) => Object.keys(usual))]);

/** The arguments of one resource without those that are random, which its provider may refuse. */
export function usualArguments(args: Args): Args {
  return Object.fromEntries(Object.entries(args).filter(([name]) => USUAL_KEYS.has(name)));
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
