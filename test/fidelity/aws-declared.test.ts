import test from "ava";
import type { DeclaredResource } from "../../simulator/cloud/aws/observer";
import { type Complaint, complaintsOf } from "./aws-declared";
import { recorded } from "./recording";
import { installed, pluginFolder } from "./terraform";

/** Each of them has its problem: the judge that lets one pass judges nothing. */
const WRONG: [DeclaredResource["type"], DeclaredResource["inputs"], RegExp][] = [
  ["aws:iam/role:Role", { name: "a".repeat(65), assumeRolePolicy: "{}" }, /expected length of name/],
  ["aws:iam/role:Role", { name: "role", assumeRolePolicy: "{" }, /invalid JSON/],
  ["aws:dynamodb/table:Table", { name: "table", billingMode: "MONTHLY" }, /expected billing_mode to be one of/],
  ["aws:dynamodb/table:Table", { name: "table", hashKeys: "id" }, /has no input hashKeys/],
  ["aws:backup/vault:Vault", { name: "a vault" }, /must consist of letters, numbers, and hyphens/],
  [
    "aws:rds/instance:Instance",
    { instanceClass: "db.m5.large", monitoringInterval: 7 },
    /expected monitoring_interval/,
  ],
];

const plugins = installed("terraform") ? pluginFolder() : undefined;

if (!plugins) {
  test("the real AWS provider cannot judge what is declared", (t) => {
    t.log("skipped: terraform or its AWS provider is not found (name the folder of a mirror in TF_PLUGIN_MIRROR)");
    t.pass();
  });
} else {
  test("the real AWS provider accepts every resource that the program declares", async (t) => {
    const declared = recorded().flatMap(({ declared }) => (declared?.type.startsWith("aws:") ? [declared] : []));
    const distinct = new Map(declared.map((each) => [JSON.stringify([each.type, each.inputs]), each]));
    const complaints = await complaintsOf([...distinct.values()], plugins);
    t.log(`${distinct.size} resources of ${new Set(declared.map(({ type }) => type)).size} types`);
    t.true(distinct.size > 250);
    t.deepEqual(complaints.map(shown), []);
  });

  test("the real AWS provider refuses wrong names, lengths, enums, numbers and documents", async (t) => {
    const wrong = WRONG.map(([type, inputs], index) => ({ urn: `wrong-${index}`, type, inputs }));
    const complaints = await complaintsOf(wrong, plugins);
    for (const [index, [, , expected]] of WRONG.entries())
      t.regex(
        complaints
          .filter(({ resource }) => resource === wrong[index])
          .map(shown)
          .join("\n"),
        expected,
      );
  });
}

function shown({ resource, problem }: Complaint): string {
  return `${resource.urn} ${JSON.stringify(resource.inputs)}: ${problem}`;
}
