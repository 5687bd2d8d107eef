import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { DatabaseArgs } from "../../components/databases";

const EXAMPLES = join(__dirname, "../../examples");

/** What the examples' users keep as a secret of the stack. */
export const PASSWORD = "Not-a-real-passw0rd";

export interface Example {
  title: string;
  config: Record<string, unknown> & {
    "scalar-backup:databases": DatabaseArgs[];
    "scalar-backup:pause"?: { releases: { namespace: string; name: string }[] };
  };
}

/** Every one of `examples/`. */
export const examples: readonly Example[] = readdirSync(EXAMPLES)
  .filter((name) => name.endsWith(".yaml"))
  .map((file) => ({ title: file, ...(parse(exampleText(file)) as Pick<Example, "config">) }));

const isSingle = ({ config }: Example) => config["scalar-backup:databases"].length === 1;

/** The examples of one database each as one set: to deploy that is as good as to deploy each, and much faster. */
const together: Example = {
  title: "the examples of one database",
  config: {
    ...Object.assign({}, ...examples.filter(isSingle).map(({ config }) => config)),
    "scalar-backup:databases": examples
      .filter(isSingle)
      .flatMap(({ title, config }) =>
        config["scalar-backup:databases"].map((database) => ({ ...database, name: title.split(".")[1] as string })),
      ),
  },
};

/** Every example, in as few stacks as will do. */
export const exampleStacks: readonly Example[] = [...examples.filter((example) => !isSingle(example)), together];

function exampleText(file: string): string {
  return readFileSync(join(EXAMPLES, file), "utf8").replace(
    /^( *)serverName: orders-prod$/m,
    `$&\n$1administratorLoginPassword: ${PASSWORD}`,
  );
}
