import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "../../../config/schema";

/** One wrong configuration: an example, and how it is changed. */
interface Case {
  name: string;
  wrong: string;
  from: string;
  set?: Record<string, unknown>;
  remove?: string[];
  rename?: Record<string, string>;
}

const FOLDER = join(__dirname, "wrong");
export const cases = ["mutated.yaml", "named.yaml"].flatMap(
  (file) => parse(readFileSync(join(FOLDER, file), "utf8")) as Case[],
);
/** What users read, by case. After a change: `MESSAGES=write npx ava test/unit/config/wrong.test.ts`, and read every line. */
export const MESSAGES = join(FOLDER, "messages.yaml");
export const expected = parse(readFileSync(MESSAGES, "utf8")) as Record<string, string[]>;

export type Values = Record<string, unknown>;

/** `databases[0].create.tables["a.b"].x` as its steps; another project's key, such as aws:region, is one step. */
function steps(path: string): (string | number)[] {
  if (/^\w+:/.test(path)) return [path];
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) =>
    index === undefined ? (quoted ?? (key as string)) : Number(index),
  );
}

function parentOf(values: Values, path: string): [parent: Values, key: string | number] {
  const [last, ...before] = steps(path).reverse() as [string | number, ...(string | number)[]];
  const parent = before.reverse().reduce<Values>((inner, step) => {
    inner[step] ??= {};
    return inner[step] as Values;
  }, values);
  return [parent, last];
}

/** The configuration of a case, by its keys below `scalar-backup:`, and those of other projects by their whole names. */
export function configurationOf({ from, set = {}, remove = [], rename = {} }: Case): Values {
  const file = join(__dirname, `../../../examples/Pulumi.${from}.yaml`);
  const { config } = (from === "none" ? { config: {} } : parse(readFileSync(file, "utf8"))) as { config: Values };
  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(`${PROJECT}:`, ""), value]),
  );
  for (const [path, value] of Object.entries(set)) {
    const [parent, key] = parentOf(values, path);
    parent[key] = value;
  }
  for (const path of [...remove, ...Object.keys(rename)]) {
    const [parent, key] = parentOf(values, path);
    if (rename[path] !== undefined) parent[rename[path]] = parent[key];
    delete parent[key];
  }
  return values;
}
