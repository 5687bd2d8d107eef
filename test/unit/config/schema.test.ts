import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { parse } from "yaml";
import { z } from "zod";
import { stackConfigProblems } from "../../../config/problems";
import { stackConfigSchema } from "../../../config/schema";

const examples = join(__dirname, "../../../examples");
const SCHEMA_FILE = join(__dirname, "../../../config/stack-config.schema.json");

/** The schema that editors find by a stack file's first line, which is relative to the file. */
function schemaOf(folder: string, text: string): string {
  const [, path] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
  const file = join(folder, path ?? "");
  const { $ref } = JSON.parse(readFileSync(file, "utf8"));
  return typeof $ref === "string" ? join(dirname(file), $ref) : file;
}

for (const file of readdirSync(examples).filter((name) => name.endsWith(".yaml"))) {
  test(`${file} is valid and points editors to the schema, and so does a copy of it next to Pulumi.yaml`, (t) => {
    const text = readFileSync(join(examples, file), "utf8");
    for (const folder of [examples, dirname(examples)]) t.is(schemaOf(folder, text), SCHEMA_FILE);
    const { config } = parse(text) as { config: Record<string, unknown> };
    const values = Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => key.startsWith("scalar-backup:"))
        .map(([key, value]) => [key.slice("scalar-backup:".length), value]),
    );
    const region = config["aws:region"];
    pulumi.runtime.setAllConfig(typeof region === "string" ? { "aws:region": region } : {});
    t.deepEqual(stackConfigProblems(values), []);
    if (values.pause !== undefined)
      t.is(typeof config["kubernetes:context"], "string", "pods are paused in whatever cluster is current");
  });
}

test("README's example and the reference pin the cluster whose pods are paused", (t) => {
  const text = (file: string) => readFileSync(join(examples, "..", file), "utf8");
  t.regex(text("README.md"), /^ {2}kubernetes:context: \S+/m);
  t.regex(text("docs/configuration.md"), /`kubernetes:context`/);
  t.regex(text("docs/configuration.md"), /`kubernetes:kubeconfig`/);
});

/** A part of a JSON Schema. */
interface Described {
  description?: string;
  anyOf?: Described[];
  properties?: Record<string, Described>;
  items?: Described;
  additionalProperties?: Described | boolean;
}

function undescribed(node: Described, path: string): string[] {
  const children = Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    ...(child.description === undefined ? [`${path}.${key}`] : []),
    ...undescribed(child, `${path}.${key}`),
  ]);
  const items = typeof node.items === "object" ? undescribed(node.items, `${path}[]`) : [];
  const entries = typeof node.additionalProperties === "object" ? undescribed(node.additionalProperties, path) : [];
  return [...children, ...items, ...entries];
}

test("every configuration key has a meaning, and no bound is a limit of JavaScript", (t) => {
  const text = JSON.stringify(z.toJSONSchema(stackConfigSchema, { io: "input", unrepresentable: "any" }));
  const schema: Described = JSON.parse(text);
  t.deepEqual(undescribed(schema, "scalar-backup"), []);
  t.notRegex(text, new RegExp(String(Number.MAX_SAFE_INTEGER)));
});
