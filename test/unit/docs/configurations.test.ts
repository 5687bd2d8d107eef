import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { parse } from "yaml";
import { stackConfigProblems } from "../../../config/problems";
import { documents, fencedBlocks, ROOT } from "./documented-commands";

/**
 * Every YAML block of a document is a configuration that the program accepts, or one of `OTHERS`. A block that shows only some keys gets
 * the others from the examples.
 */
const PREFIX = "scalar-backup:";

/** The blocks that are no configuration: what they look like, and what reads them, if anything does. */
const OTHERS: [document: string, looksLike: RegExp, readBy?: string][] = [
  ["docs/permissions.md", /^apiVersion: rbac/, "test/unit/permissions/documents.test.ts"],
  ["docs/recovery.md", /^apiVersion: rbac|^ {2}- apiGroups/, "test/unit/operations/switch-over/documented-role.ts"],
  ["docs/languages.md", /^ {4}type: (scalar-backup|pulumi):/m, "test/engine/plugin-programs.ts"],
  ["docs/library.md", /nodeargs:/],
  ["docs/cli.md", /^repos:/],
  ["RELEASING.md", /^# \.github/],
];

function example(name: string): Record<string, unknown> {
  return ownKeys(parse(readFileSync(join(ROOT, `examples/Pulumi.${name}.yaml`), "utf8")).config);
}

/** The keys of this program, without their prefix. */
function ownKeys(config: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(config).filter(([key]) => key.startsWith(PREFIX));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(PREFIX.length), value]));
}

/** Databases by name; those of the block in place of the others. */
function withDatabases(block: Record<string, unknown>, ...others: Record<string, unknown>[]): unknown {
  // Cast: `stackConfigProblems` judges what it is.
  const lists = [block, ...others].map(({ databases }) => (databases ?? []) as { name: string }[]);
  return [
    ...new Map(
      lists
        .reverse()
        .flat()
        .map((database) => [database.name, database]),
    ).values(),
  ];
}

const AWS = example("dynamodb-aurora");
/** Under other names than those of AWS, so that a set can have both. */
const AZURE = {
  // Cast: the example's own shape, which schema.test.ts judges.
  databases: (example("cosmosdb-azure-postgresql-vaults").databases as { name: string }[]).map((database) => ({
    ...database,
    name: `azure-${database.name}`,
  })),
};

for (const document of documents()) {
  const blocks = fencedBlocks(document).filter(({ language }) => language === "yaml");
  if (blocks.length === 0) continue;
  test(`the configurations in ${document} are accepted`, (t) => {
    pulumi.runtime.setAllConfig({ "aws:region": "ap-northeast-1" });
    for (const { text } of blocks) {
      const value = parse(text) as Record<string, unknown>;
      // Cast: a whole stack file has its keys below `config`.
      const block = ownKeys((value?.config as Record<string, unknown> | undefined) ?? value ?? {});
      if (Object.keys(block).length === 0) {
        t.true(
          OTHERS.some(([file, looksLike]) => file === document && looksLike.test(text)),
          text,
        );
        continue;
      }
      const needsAzure = JSON.stringify(block).includes('"azure":');
      const pause = { ...(AWS.pause as object), ...(block.pause as object) };
      const databases = withDatabases(
        block,
        ...(block.databases === undefined || needsAzure ? [AWS] : []),
        ...(needsAzure ? [AZURE] : []),
      );
      t.deepEqual(stackConfigProblems({ ...block, databases, pause }), [], text);
    }
  });
}

test("the tests that read other YAML name its document", (t) => {
  for (const [document, , readBy] of OTHERS)
    if (readBy !== undefined) t.true(readFileSync(join(ROOT, readBy), "utf8").includes(document), readBy);
});

test("a wrong key in a configuration is found", (t) => {
  t.is(stackConfigProblems({ ...AWS, pause: { ...(AWS.pause as object), schdule: "0 3 * * *" } }).length, 1);
});
