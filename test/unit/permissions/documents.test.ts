import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parse } from "yaml";
import { AWS_DOCUMENTS, type Document, filledDocument } from "../../../permissions/aws";
import { AZURE_ROLES } from "../../../permissions/azure";
import { kubernetesRights } from "../../../permissions/kubernetes";

/** Of a managed policy, without white space. [IAM User Guide, "IAM and AWS STS quotas"] */
const MOST_CHARACTERS = 6144;
const DOCS = readFileSync(join(__dirname, "../../../docs/permissions.md"), "utf8");

test("every AWS document is short enough for a managed policy, with names of its statements as IAM takes them", (t) => {
  for (const [who, { Version, Statement }] of Object.entries(AWS_DOCUMENTS)) {
    t.is(Version, "2012-10-17");
    const sids = Statement.map(({ Sid }) => Sid);
    t.deepEqual([...new Set(sids)], sids, who);
    for (const sid of sids) t.regex(sid, /^[A-Za-z0-9]+$/);
    t.true(JSON.stringify({ Version, Statement }).replaceAll(/\s/g, "").length < MOST_CHARACTERS, who);
  }
});

test("docs/permissions.md explains every placeholder, and no other", (t) => {
  const used = [JSON.stringify(AWS_DOCUMENTS), JSON.stringify(AZURE_ROLES)].flatMap((text) =>
    [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name),
  );
  const explained = [...DOCS.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  t.deepEqual([...new Set(explained)].sort(), [...new Set(used)].sort());
});

test("a filled document has no placeholders, and nothing for names that are not given", (t) => {
  const restore = AWS_DOCUMENTS.restore as Document; // Cast: JSON's type has a condition for some statements only.
  const values = { Partition: ["aws"], Account: ["1"], Region: ["r"], Table: ["a.*", "b.*"], Database: ["d"] };
  const filled = filledDocument(restore, values);
  t.false(JSON.stringify(filled).includes("${"));
  const resources = filled.Statement.flatMap(({ Resource }) => Resource);
  t.true(resources.includes("arn:aws:dynamodb:r:1:table/b.*-*"));
  // Without a region of their own, copies give no right on the production tables.
  const deleting = filled.Statement.filter(({ Action }) => Action.includes("dynamodb:DeleteTable"));
  t.deepEqual(
    deleting.flatMap(({ Resource }) => Resource),
    ["arn:aws:dynamodb:r:1:table/a.*-*", "arn:aws:dynamodb:r:1:table/b.*-*"],
  );
});

test("the Roles in docs/permissions.md have the rights that doctor asks for", (t) => {
  const roles = [...DOCS.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => parse(text ?? "")) as {
    rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  }[]; // Cast: what follows compares all of it.
  const where = { schedule: "scalar", releases: ["scalar"] };
  const asText = (group: string, resource: string, verb: string) => `${verb} ${resource}.${group}`;
  const documentedIn = (index: number) =>
    (roles[index]?.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => asText(apiGroups[0] ?? "", resource, verb))),
    );
  const askedOf = (who: "preview" | "up", more: object = {}) => [
    ...new Set(
      kubernetesRights(who, { ...where, ...more }).map(({ group, resource, verb }) => asText(group, resource, verb)),
    ),
  ];
  t.deepEqual(documentedIn(0).sort(), askedOf("preview").sort());
  t.deepEqual(documentedIn(1).sort(), askedOf("up").sort());
  t.deepEqual([...documentedIn(1), ...documentedIn(2)].sort(), askedOf("up", { declaresSecret: true }).sort());
});
