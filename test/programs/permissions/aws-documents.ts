import type { Statement } from "../../../permissions/aws";
import { type Access, AUTHORIZATION_REFERENCE } from "../../../simulator/cloud/aws/aws";
import { WHO, type Who } from "./phases";

/** What was authorized, and for whom. */
export interface Seen {
  who: Who;
  access: Access;
}

/** The names in a set that was played: what documents have placeholders for. */
export interface Names {
  region: string;
  tables: string[];
  databases: string[];
}

/** Resources in a document, and what a statement about them is called. */
interface Pattern {
  about: string;
  resources: string[];
}

const REFERENCE = AUTHORIZATION_REFERENCE as Record<string, { level: string } | undefined>;

/** Reads of RDS name databases by filters and by identifiers of backups, too: they are narrowed to a type in a region. */
const isRead = (action: string) => ["List", "Read"].includes(REFERENCE[action]?.level ?? "");

const here = (service: string, resource: string) => `arn:\${Partition}:${service}:\${Region}:\${Account}:${resource}`;

/** What is in another region than the databases is where their copies are. */
function patternOf(access: Access, names: Names): Pattern {
  const pattern = patternHere(access, names);
  const [, , service = "", region = ""] = access.resource.split(":");
  if (service === "dynamodb" || region === "" || region === names.region) return pattern;
  return { ...pattern, resources: pattern.resources.map((each) => each.replace("{Region}", "{CopyRegion}")) };
}

function patternHere({ action, resource }: Access, names: Names): Pattern {
  const [, , service = "", region = "", , ...rest] = resource.split(":");
  const name = rest.join(":");
  if (resource === "*") return { about: "All", resources: ["*"] };
  if (service === "dynamodb") {
    const table = /^table\/([^/]+)/.exec(name)?.[1] ?? "";
    const suffix = name.includes("/backup/") ? "/backup/*" : "";
    const what = suffix === "" ? "Tables" : "TableBackups";
    if (region === names.region && names.tables.includes(table))
      return { about: what, resources: [here(service, `table/\${Table}${suffix}`)] };
    // In their own region, copies have other names.
    const copy =
      region === names.region
        ? here(service, `table/\${Table}-*${suffix}`)
        : here(service, `table/\${Table}${suffix}`).replace("{Region}", "{CopyRegion}");
    return { about: `${what.replace("Table", "TableCopy").replace("Copys", "Copies")}`, resources: [copy] };
  }
  if (service === "rds") {
    const [type = "", id = ""] = name.split(":");
    if (isRead(action) || !["db", "cluster"].includes(type))
      return { about: isRead(action) ? "Reads" : "Settings", resources: [here(service, `${type}:*`)] };
    const about = type === "db" ? "Instance" : "Cluster";
    return names.databases.includes(id)
      ? { about: `${about}s`, resources: [here(service, `${type}:\${Database}`)] }
      : { about: `${about}Copies`, resources: [here(service, `${type}:\${Database}-*`)] };
  }
  if (service === "iam") {
    const monitoring = name.endsWith("rds-monitoring");
    return monitoring
      ? { about: "MonitoringRole", resources: [`arn:\${Partition}:iam::\${Account}:role/\${MonitoringRole}`] }
      : { about: "Roles", resources: [`arn:\${Partition}:iam::\${Account}:role/\${Name}-*`] };
  }
  if (service === "backup") {
    const [type = "", id = ""] = name.split(":");
    if (type !== "backup-vault") return { about: "BackupPlans", resources: [here(service, `${type}:*`)] };
    return { about: "Vaults", resources: [here(service, id === "*" ? "backup-vault:*" : `backup-vault:\${Vault}`)] };
  }
  if (service === "sns") return { about: "Alarms", resources: [here(service, `\${Name}-*`)] };
  if (service === "events") return { about: "Alarms", resources: [here(service, `rule/\${Name}-*`)] };
  if (service === "eks") {
    const resourceName = name.startsWith("cluster/")
      ? `cluster/\${EksCluster}`
      : `podidentityassociation/\${EksCluster}/*`;
    return { about: "EksCluster", resources: [here(service, resourceName)] };
  }
  // AWS chooses their ids.
  if (service === "application-autoscaling")
    return { about: "Scaling", resources: [here(service, "scalable-target/*")] };
  if (service === "cloudwatch") return { about: "Scaling", resources: [here(service, name)] };
  if (service === "kms") return { about: "Keys", resources: [here(service, "key/*")] };
  throw new Error(`there is no pattern for ${resource}`);
}

/** The statements of each document: one for the actions that are taken on the same resources. */
export function awsDocuments(seen: readonly (Seen & { names: Names })[]): Record<Who, Statement[]> {
  const given = new Set<string>();
  return Object.fromEntries(
    WHO.map((who) => {
      const byAction = new Map<string, Allowed>();
      for (const { access, names } of seen.filter((each) => each.who === who)) {
        const { about, resources } = patternOf(access, names);
        const condition = conditionOf(access);
        const key = `${access.action} ${JSON.stringify(condition ?? {})}`;
        const found = byAction.get(key) ?? { action: access.action, condition, patterns: new Map() };
        for (const resource of resources) if (!given.has(`${key} ${resource}`)) found.patterns.set(resource, about);
        byAction.set(key, found);
      }
      for (const [key, { patterns }] of byAction)
        for (const resource of patterns.keys()) given.add(`${key} ${resource}`);
      return [who, grouped([...byAction.values()].filter(({ patterns }) => patterns.size > 0))];
    }),
    // Cast: the keys are those of WHO.
  ) as unknown as Record<Who, Statement[]>;
}

/** An action, and what it is allowed on: patterns of resources, with what their statement is called. */
interface Allowed {
  action: string;
  condition: Statement["Condition"];
  patterns: Map<string, string>;
}

/** What narrows a statement besides its resources. A key is used by AWS Backup, in whatever region a vault is. */
function conditionOf({ context = {} }: Access): Statement["Condition"] {
  const { "iam:PassedToService": passedTo, "kms:ViaService": via } = context;
  if (passedTo !== undefined) return { StringEquals: { "iam:PassedToService": passedTo } };
  if (via !== undefined) return { StringLike: { "kms:ViaService": `${via.split(".")[0]}.*` } };
  return undefined;
}

function grouped(actions: readonly Allowed[]): Statement[] {
  const groups = new Map<string, Statement>();
  for (const { action, condition, patterns } of actions) {
    const service = action.split(":")[0] ?? "";
    const Resource = [...patterns.keys()].sort();
    const key = JSON.stringify([service, Resource, condition]);
    const about = [...new Set([...patterns.values()].sort())].join("");
    const group = groups.get(key) ?? {
      Sid: [service.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase()), about].join(""),
      Effect: "Allow",
      Action: [],
      Resource,
      ...(condition !== undefined && { Condition: condition }),
    };
    group.Action = [...group.Action, action].sort();
    groups.set(key, group);
  }
  const statements = [...groups.values()].sort((a, b) => (a.Sid < b.Sid ? -1 : 1));
  // AWS takes each name once in a document.
  return statements.map((statement, index) => {
    const same = statements.slice(0, index).filter(({ Sid }) => Sid === statement.Sid).length;
    return same === 0 ? statement : { ...statement, Sid: `${statement.Sid}${same + 1}` };
  });
}
