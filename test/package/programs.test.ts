import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { transformSync } from "esbuild";
import { PROGRAM } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { CommandProvider } from "../../simulator/providers/command";
import { buildReadmeSet } from "../programs/readme-set";
import { errors, REGION } from "../programs/rehearsed";
import { consumer, readmeExample, tool } from "./packed";

/** The configuration of the stack program that says the same as README's example. */
const SAME = {
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": {
    schedule: "0 3 * * *",
    timeZone: "Asia/Tokyo",
    releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
  },
};

/** The URNs that a preview of the program in the folder declares, and the cloud that it was previewed on. */
async function stackOf(t: ExecutionContext, folder: string, config: Record<string, unknown> = {}) {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  await buildReadmeSet(cloud, REGION);
  const environment = () => cloud.environment();
  const commands = new CommandProvider({ environment, directory: folder });
  return new EmbeddedStack({
    program: folder,
    environment,
    providers: [...cloud.providers(), commands],
    config: { "aws:region": REGION, ...config },
  });
}

async function urns(t: ExecutionContext, folder: string, config?: Record<string, unknown>): Promise<string[]> {
  const result = await (await stackOf(t, folder, config)).preview();
  t.true(result.succeeded, errors(result));
  return result.operations.map(({ urn }) => urn).sort();
}

let stackProgram: Promise<string[]> | undefined;
/** Those of the stack program, which runs from source. */
const expected = (t: ExecutionContext) => (stackProgram ??= urns(t, PROGRAM, SAME));

const project = (runtime: string, main: string) => `name: scalar-backup\nmain: ${main}\nruntime:\n${runtime}`;
const options = (text: string) => `  name: nodejs\n  options:\n${text}`;
const compiled = (source: string, format: "cjs" | "esm") => transformSync(source, { loader: "ts", format }).code;
const manifest = (more: object = {}) => JSON.stringify({ name: "consumer", ...more });

test("a CommonJS program previews README's example to the stack program's URNs", async (t) => {
  const folder = await consumer(t, {
    files: {
      "Pulumi.yaml": project(options("    typescript: false\n"), "index.js"),
      "package.json": manifest(),
      "index.js": compiled(await readmeExample(), "cjs"),
    },
  });
  t.deepEqual(await urns(t, folder), await expected(t));
  t.true((await expected(t)).length > 10);
});

test("a CommonJS program with the register hooks previews it to the same URNs", async (t) => {
  const folder = await consumer(t, {
    files: {
      "Pulumi.yaml": project(
        options('    typescript: false\n    nodeargs: "--require scalar-backup/register"\n'),
        "index.js",
      ),
      "package.json": manifest(),
      "index.js": compiled(await readmeExample(), "cjs"),
    },
  });
  t.deepEqual(await urns(t, folder), await expected(t));
});

test("an ESM program with named imports previews it to the same URNs", async (t) => {
  const folder = await consumer(t, {
    files: {
      "Pulumi.yaml": project(options("    typescript: false\n"), "index.js"),
      "package.json": manifest({ type: "module", main: "index.js" }),
      "index.js": compiled(await readmeExample(), "esm"),
    },
  });
  t.deepEqual(await urns(t, folder), await expected(t));
});

test("a ts-node program previews it to the same URNs", async (t) => {
  const [tsNode, typescript, node] = [
    await tool(t, "ts-node"),
    await tool(t, "typescript"),
    await tool(t, "@types/node"),
  ];
  if (!tsNode || !typescript || !node) return t.pass();
  const folder = await consumer(t, {
    files: {
      "Pulumi.yaml": project("  name: nodejs\n", "index.ts"),
      "package.json": manifest({ main: "index.ts" }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          target: "es2020",

          module: "node16",
          moduleResolution: "node16",
          strict: true,
          types: ["node"],
        },
        files: ["index.ts"],
      }),
      "index.ts": await readmeExample(),
    },
    packages: { "ts-node": tsNode, typescript, "@types/node": node },
  });
  t.deepEqual(await urns(t, folder), await expected(t));
});

test("a tsx program previews it to the same URNs", async (t) => {
  const tsx = await tool(t, "tsx");
  if (!tsx) return t.pass();
  const folder = await consumer(t, {
    files: {
      "Pulumi.yaml": project(options(`    typescript: false\n    nodeargs: "--import tsx"\n`), "index.ts"),
      "package.json": manifest(),
      "index.ts": await readmeExample(),
    },
    packages: { tsx },
  });
  t.deepEqual(await urns(t, folder), await expected(t));
});

test("an up of README's example runs its operations from the package, and changes nothing afterwards", async (t) => {
  const folder = await consumer(t, {
    files: {
      "Pulumi.yaml": project(options("    typescript: false\n"), "index.js"),
      "package.json": manifest(),
      "index.js": compiled(await readmeExample(), "cjs"),
    },
  });
  const stack = await stackOf(t, folder);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  const again = await stack.preview();
  t.deepEqual(
    again.operations.filter(({ kind }) => kind !== "same" && kind !== "read").map(({ urn }) => urn),
    [],
  );
  t.false(JSON.stringify(stack.state).includes(join(folder, "/")), "no path of the machine is in the state");
});
