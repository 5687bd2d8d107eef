import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parse } from "yaml";
import type { DatabaseArgs } from "../../components/databases";
import type { EmbeddedStack } from "../../rehearsal/engine/embedded";
import { buildExisting } from "../program/existing";
import { errors, recordWindow, rehearsed } from "../program/rehearsed";
import { type Diagnostic, PolicyPackProcess } from "./analyzer";
import type { Declared } from "./judging";

/** What the project itself declares must pass its own policies: every example, deployed to the simulated cloud. */
const EXAMPLES = join(__dirname, "../../examples");

let pack: PolicyPackProcess;
test.before(async () => {
  pack = await PolicyPackProcess.start();
});
test.after.always(() => pack?.stop());

/** The example, with the password that its user keeps as a secret of the stack. */
function exampleText(file: string): string {
  return readFileSync(join(EXAMPLES, file), "utf8").replace(
    /^( *)serverName: orders-prod$/m,
    "$&\n$1administratorLoginPassword: Not-a-real-passw0rd",
  );
}

type Config = Record<string, unknown> & { "scalar-backup:databases": DatabaseArgs[] };

const examples = readdirSync(EXAMPLES)
  .filter((name) => name.endsWith(".yaml"))
  .map((file) => ({ file, config: parse(exampleText(file)).config as Config }));
const isSingle = ({ config }: { config: Config }) => config["scalar-backup:databases"].length === 1;

/** The examples of one database each are deployed as one set: that is as good, and much faster. */
const together = {
  file: "what has one database",
  config: {
    ...Object.assign({}, ...examples.filter(isSingle).map(({ config }) => config)),
    "scalar-backup:databases": examples
      .filter(isSingle)
      .flatMap(({ file, config }) =>
        config["scalar-backup:databases"].map((database) => ({ ...database, name: file.split(".")[1] as string })),
      ),
  } as Config,
};

for (const { file, config } of [...examples.filter((example) => !isSingle(example)), together])
  test.serial(`${file} has no violation`, async (t) => {
    t.timeout(120_000);
    const { cloud, stack } = await rehearsed(t, config);
    cloud.kubernetes.createNamespace("scalar");
    buildExisting(cloud, config["scalar-backup:databases"]);
    const protectedNow = await stack.up();
    t.true(protectedNow.succeeded, errors(protectedNow));
    t.deepEqual(await judge(stack), []);

    // Copies of a drill stand beside what they were made from.
    if (file !== "Pulumi.dynamodb-aurora.yaml") return;
    cloud.clock.advance(60 * 60_000);
    stack.config["scalar-backup:restore"] = { at: recordWindow(cloud, "scalar", ["scalardb-cluster"]) };
    cloud.clock.advance(10 * 60_000);
    const restored = await stack.up();
    t.true(restored.succeeded, errors(restored));
    t.true(
      stack.state.some(({ type, inputs }) => type === "aws:rds/cluster:Cluster" && "restoreToPointInTime" in inputs),
    );
    t.deepEqual(await judge(stack), []);
  });

/** Shows the pack what the engine would: the inputs of each resource, then the outputs of all. */
async function judge(stack: EmbeddedStack): Promise<Diagnostic[]> {
  const shown = (of: "inputs" | "outputs") =>
    stack.state
      .filter(({ external, pendingDeletion }) => !external && !pendingDeletion)
      .map(
        ({ urn, type, protect, ignoreChanges, propertyDependencies, ...state }): Declared => ({
          type,
          name: nameOf(urn),
          props: state[of],
          protect,
          ignoreChanges,
          madeFrom: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, urns]) => [property, urns.map(nameOf)]),
          ),
        }),
      );
  const found: Diagnostic[] = [];
  for (const declared of shown("inputs")) found.push(...(await pack.analyze(declared)));
  return [...found, ...(await pack.analyzeStack(shown("outputs")))];
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) as string;
}
