import { PROGRAM } from "../rehearsal/engines";
import { MeasuredStack } from "./preview";
import { dynamodbDrill } from "./sets";

export interface ResourcesPerTable {
  /** For a table that exists and is protected. */
  protectedTable: number;
  /** For a table that the program creates. */
  createdTable: number;
  /** For the copy of a table. */
  restoredTable: number;
}

const FEW = 5;
const MANY = 15;

/** How many resources one table more adds to the stack. Needs no Pulumi CLI. */
export async function countResourcesPerTable(): Promise<ResourcesPerTable> {
  const table = { billingMode: "PAY_PER_REQUEST", hashKey: "id", attributes: [{ name: "id", type: "S" }] };
  const created = (count: number) => {
    const { config, build } = dynamodbDrill(count);
    const names = Array.from({ length: count }, (_, index) => (index === 0 ? "ledger.state" : `ledger.new${index}`));
    const tables = Object.fromEntries(names.map((name) => [name, table]));
    const databases = [{ name: "ledger", dynamodb: { create: { tables } } }];
    return { config: { ...config, "scalar-backup:databases": databases, "scalar-backup:restore": undefined }, build };
  };
  const existing = (count: number) => {
    const { config, build } = dynamodbDrill(count);
    return { config: { ...config, "scalar-backup:restore": undefined }, build };
  };
  const protectedTable = await resourcesPerTable(existing);
  return {
    protectedTable,
    createdTable: await resourcesPerTable(created),
    restoredTable: (await resourcesPerTable(dynamodbDrill)) - protectedTable,
  };
}

async function resourcesPerTable(
  setOf: (count: number) => Pick<ReturnType<typeof dynamodbDrill>, "config" | "build">,
): Promise<number> {
  const [few, many] = [await resourcesOf(setOf(FEW)), await resourcesOf(setOf(MANY))];
  return (many - few) / (MANY - FEW);
}

async function resourcesOf({ config, build }: ReturnType<Parameters<typeof resourcesPerTable>[0]>): Promise<number> {
  const stack = await MeasuredStack.open("embedded", PROGRAM, () => config, build);
  try {
    const { resources } = await stack.preview("again");
    return Object.values(resources).reduce((sum, count) => sum + count, 0);
  } finally {
    await stack.close();
  }
}
