import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import test from "ava";
import { parse } from "yaml";
import { AWS_DOCUMENTS, type Document, filledDocument } from "../../../permissions/aws";
import { AZURE_ROLES, type CustomRole } from "../../../permissions/azure";
import { awsGranting, azureGranting } from "../../../permissions/granting";
import { jobRights, KUBERNETES_USERS, type KubernetesUser, kubernetesRights } from "../../../permissions/kubernetes";
import { AUTHORIZATION_REFERENCE } from "../../../simulator/cloud/aws/aws";
import PUBLISHED from "./azure-published.json";

type Reference = Record<string, { resources: readonly string[] } | undefined>;

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
  const askedOf = (who: KubernetesUser, more: object = {}) => [
    ...new Set(
      kubernetesRights(who, { ...where, ...more }).map(({ group, resource, verb }) => asText(group, resource, verb)),
    ),
  ];
  for (const [index, who] of KUBERNETES_USERS.entries()) t.deepEqual(documentedIn(index).sort(), askedOf(who).sort());
  const withSecret = { declaresSecret: true };
  t.deepEqual(
    [...documentedIn(2), ...documentedIn(3), "get secrets."].sort(),
    [...askedOf("up", withSecret), "get secrets."].sort(),
  );
  t.true(askedOf("refresh", withSecret).includes("get secrets."));
  const ofJobs = jobRights("scalar").map(({ group, resource, verb }) => asText(group, resource, verb));
  t.deepEqual(documentedIn(4).sort(), ofJobs.sort());
});

test("a right of Kubernetes is in one Role", (t) => {
  const where = { schedule: "scalar", releases: ["scalar", "other"], declaresSecret: true };
  const rights = KUBERNETES_USERS.flatMap((who) => kubernetesRights(who, where)).map((right) => JSON.stringify(right));
  t.deepEqual([...new Set(rights)], rights);
});

/** AWS knows no narrower resource for them. [Service Authorization Reference] */
test("an action has the resource * only if AWS knows no resources for it, and docs/permissions.md names it", (t) => {
  const wide = Object.values(AWS_DOCUMENTS as Record<string, Document>)
    .flatMap(({ Statement }) => Statement)
    .filter(({ Resource }) => Resource.includes("*"))
    .flatMap(({ Action }) => Action);
  t.true(wide.length > 0);
  for (const action of wide) {
    t.deepEqual((AUTHORIZATION_REFERENCE as Reference)[action]?.resources, [], action);
    t.true(DOCS.includes(`\`${action}\``), action);
  }
});

test("every action of AWS is in the Service Authorization Reference, on resources of its types", (t) => {
  for (const { Action, Resource } of Object.values(AWS_DOCUMENTS as Record<string, Document>).flatMap(
    ({ Statement }) => Statement,
  ))
    for (const action of Action) {
      const known = (AUTHORIZATION_REFERENCE as Reference)[action];
      t.truthy(known, action);
      const services = new Set(Resource.map((resource) => (resource === "*" ? "*" : resource.split(":")[2])));
      t.deepEqual(
        [...services],
        known?.resources.length === 0 && services.has("*") ? ["*"] : [action.split(":")[0]],
        action,
      );
    }
});

test("every action of Azure is one that its provider publishes, and so is each that a wildcard leaves out", (t) => {
  const published: readonly string[] = Object.values(PUBLISHED.actions).flat();
  const lower = new Set(published.map((action) => action.toLowerCase()));
  for (const [who, roles] of Object.entries(AZURE_ROLES))
    for (const { Actions, NotActions } of Object.values<CustomRole>(roles))
      for (const action of [...Actions, ...NotActions]) {
        const pattern = new RegExp(
          `^${action
            .split("*")
            .map((part) => part.replaceAll(".", "\\."))
            .join(".*")}$`,
          "i",
        );
        t.true(
          published.some((each) => pattern.test(each)),
          `${who}: ${action}`,
        );
        if (action.includes("*")) continue;
        t.true(lower.has(action.toLowerCase()), `${who}: ${action}`);
      }
});

test("an error finds the statement of each AWS document, and the role of each Azure one", (t) => {
  const sample = (pattern: string) => pattern.replace(/\$\{\w+\}/g, "a").replaceAll("*", "b");
  for (const [who, document] of Object.entries(AWS_DOCUMENTS))
    for (const { Sid, Action, Resource } of document.Statement)
      for (const action of Action)
        for (const resource of Resource) {
          const found = awsGranting(action, resource === "*" ? "*" : sample(resource));
          const own = { file: `permissions/aws/${who}.json`, part: Sid };
          t.true(
            found.some((each) => isDeepStrictEqual(each, own)),
            `${who}: ${Sid}: ${action} on ${resource}`,
          );
        }
  for (const [who, roles] of Object.entries(AZURE_ROLES))
    for (const [part, { Actions }] of Object.entries(roles))
      for (const action of Actions)
        t.deepEqual(azureGranting(sample(action)), [{ file: `permissions/azure/${who}.json`, part }], action);
});
