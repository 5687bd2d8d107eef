import type { DatabaseArgs } from "../../components/databases";
import { namespacePatterns } from "../../components/databases/dynamodb/tables";
import { type AskedActions, awsIdentity, deniedActions } from "../../operations/aws-permissions";
import { readOptIn } from "../../operations/backup";
import { rdsQuotas } from "../../operations/rds-quotas";
import { AWS_DOCUMENTS, filledDocument, type Placeholders, type Statement } from "../../permissions/aws";
import { awsPartition } from "../../restore-points/rules/aws-partition";
import { awsClockUrl, webClock } from "./clock";
import { type Ask, checked, type Finding, found, ok, problem, warning } from "./finding";
import { SET_NAME, type Situation } from "./situation";

const DOCS = "attach the documents of docs/permissions.md to it";

/** A database on AWS, as far as a stack's file says where and what it is. */
interface OnAws {
  name: string;
  region: string;
  copyRegion: string;
  tables: string[];
  identifiers: string[];
  /** AWS Backup's name of its type. */
  backupType?: string;
  needsOptIn: boolean;
}

/** Everything that the set needs of AWS, but its databases. */
export async function awsFindings(
  situation: Situation,
  stack: string,
  now: () => number,
  ask: Ask,
): Promise<Finding[]> {
  const { access } = situation.aws;
  const members = onAws(situation);
  const [first] = members;
  if (first === undefined) return [];
  const regions = [...new Set(members.flatMap(({ region, copyRegion }) => [region, copyRegion]))];
  const identity = await checked(
    "AWS account",
    ask,
    "AWS whose credentials these are",
    async () => {
      const { account, principal } = await awsIdentity(first.region, access);
      return [ok(`account ${account}, as ${principal}`)];
    },
    "give credentials: AWS_PROFILE, or pulumi config set aws:profile <profile>",
  );
  if (identity.some(({ state }) => state !== "ok")) return identity;
  const others = await Promise.all([
    checked(
      "AWS permissions",
      ask,
      "IAM what this account may do (iam:SimulatePrincipalPolicy)",
      () => permissionFindings(situation, members, stack),
      "allow iam:SimulatePrincipalPolicy on the user or role itself",
    ),
    ...regions.map((region) =>
      checked("AWS Backup", ask, `AWS Backup in ${region} what it has opted in to`, () =>
        optInFindings(region, members, access),
      ),
    ),
    ...regions.map((region) =>
      checked("AWS quotas", ask, `RDS in ${region} how many databases it takes`, () =>
        quotaFindings(region, members, access),
      ),
    ),
    checked("clock", ask, "AWS's clock", async () => {
      return [await webClock(awsClockUrl(first.region, process.env), "AWS", now)];
    }),
  ]);
  return [...identity, ...others.flat()];
}

/** The databases on AWS. */
export function onAws({ databases, aws }: Situation): OnAws[] {
  return databases.flatMap(({ name, kind, args }): OnAws[] => {
    const source = kind.awsBackup?.(name, args, { access: {}, defaultRegion: aws.region });
    const region = kind.region?.(args) ?? aws.region;
    if (source === undefined || region === undefined) return [];
    // Cast: one of the kinds' args, of which only these keys are read.
    const { existing, restoreTo } = args as NonNullable<DatabaseArgs["dynamodb"]> & {
      existing?: { clusterIdentifier?: string; instanceIdentifier?: string };
    };
    const patterns =
      kind.key === "dynamodb" && existing ? namespacePatterns(existing, existing.scalardbTables !== false) : [];
    return [
      {
        name,
        region,
        copyRegion: (kind.key === "dynamodb" ? restoreTo?.region : undefined) ?? region,
        tables: [...patterns.map((prefix) => `${prefix}*`), ...(existing?.tables ?? [])],
        identifiers: [existing?.clusterIdentifier, existing?.instanceIdentifier].filter((each) => each !== undefined),
        backupType: source.resourceType,
        needsOptIn: kind.key !== "dynamodb",
      },
    ];
  });
}

async function permissionFindings(
  { aws: { access }, vault, pause }: Situation,
  members: readonly OnAws[],
  stack: string,
): Promise<Omit<Finding, "check">[]> {
  const region = members[0]?.region ?? "";
  const identity = await awsIdentity(region, access);
  const values: Placeholders = {
    Partition: [awsPartition(region).id],
    Account: [identity.account],
    Region: [...new Set(members.map((member) => member.region))],
    // In the tables' own region, copies have other names: with it here, the copies' rights would be asked for on production.
    CopyRegion: [...new Set(members.flatMap(({ region, copyRegion }) => (copyRegion === region ? [] : [copyRegion])))],
    Table: members.flatMap(({ tables }) => tables),
    Database: members.flatMap(({ identifiers }) => identifiers),
    Vault: [...(vault?.aws ? [vault.aws.name] : []), `${SET_NAME}-${stack}`],
    Name: [SET_NAME, ...members.map(({ name }) => name)],
    EksCluster: pause?.aws?.eksCluster === undefined ? [] : [String(pause.aws.eksCluster)],
  };
  const services = servicesOf(values, vault !== undefined);
  const findings: Omit<Finding, "check">[] = [];
  for (const who of ["preview", "up", "restore", "recover"] as const) {
    const asked = filledDocument(AWS_DOCUMENTS[who], values).Statement.map(
      ({ Action, Resource, Condition }): AskedActions => ({
        actions: Action.filter((action) => services.has(action.split(":")[0] ?? "")),
        resources: Resource,
        context: contextOf(Condition, region),
      }),
    );
    const wanted = asked.filter(({ actions }) => actions.length > 0);
    const denied = await deniedActions(identity, wanted, region, access);
    const count = wanted.reduce((sum, { actions }) => sum + actions.length, 0);
    if (denied.length === 0) findings.push(ok(`${identity.principal} may take all ${count} actions of ${TITLES[who]}`));
    // A warning for a recovery, because another account may run it. It is better found now than in that night.
    else
      findings.push(
        found(
          who === "recover" ? "warning" : "problem",
          `${identity.principal} lacks rights for ${TITLES[who]}: ${deniedText(denied)}`,
          DOCS,
        ),
      );
  }
  return findings;
}

/** What conditions ask for, in a request that they allow. */
function contextOf({ StringEquals, StringLike = {} }: NonNullable<Statement["Condition"]> = {}, region: string) {
  const like = Object.entries(StringLike).map(([key, pattern]) => [key, pattern.replace("*", region)]);
  return { ...StringEquals, ...Object.fromEntries(like) };
}

const TITLES = { preview: "a preview", up: "an up", restore: "a restore", recover: "a recovery" };

/** Services that a set without any such database does not use. */
function servicesOf({ Table = [], Database = [], EksCluster = [] }: Placeholders, hasVault: boolean): Set<string> {
  const backups = Database.length > 0 || hasVault;
  return new Set([
    ...(Table.length > 0 ? ["dynamodb", "application-autoscaling", "cloudwatch"] : []),
    ...(Database.length > 0 ? ["rds"] : []),
    ...(backups ? ["backup", "backup-storage", "kms"] : []),
    ...(backups || EksCluster.length > 0 ? ["iam"] : []),
    ...(hasVault ? ["events", "sns"] : []),
    ...(EksCluster.length > 0 ? ["eks"] : []),
  ]);
}

function deniedText(denied: readonly { action: string; resource: string }[]): string {
  const byAction = new Map<string, string[]>();
  for (const { action, resource } of denied) byAction.set(action, [...(byAction.get(action) ?? []), resource]);
  return [...byAction]
    .map(([action, [first, ...more]]) => `${action} on ${first}${more.length > 0 ? ` and ${more.length} more` : ""}`)
    .join(", ");
}

async function optInFindings(
  region: string,
  members: readonly OnAws[],
  access: Situation["aws"]["access"],
): Promise<Omit<Finding, "check">[]> {
  const types = [...new Set(members.filter((each) => each.region === region).map(({ backupType }) => backupType))];
  if (types.length === 0) return [];
  const optIn = await readOptIn(region, access);
  return types.map((type = "") => {
    const names = members.filter(({ backupType }) => backupType === type);
    if (optIn[type] !== false) return ok(`AWS Backup in ${region} has opted in to ${type}`);
    const fix = `aws backup update-region-settings --region ${region} --resource-type-opt-in-preference ${type}=true`;
    const text = `AWS Backup in ${region} has not opted in to ${type}, so that its plans never back up ${names.map(({ name }) => name).join(", ")}`;
    return names.some(({ needsOptIn }) => needsOptIn) ? problem(text, fix) : warning(text, fix);
  });
}

/** A restore makes a second database of each, next to the first. */
async function quotaFindings(
  region: string,
  members: readonly OnAws[],
  access: Situation["aws"]["access"],
): Promise<Omit<Finding, "check">[]> {
  const here = members.filter((each) => each.region === region && each.identifiers.length > 0);
  if (here.length === 0) return [];
  const quotas = await rdsQuotas(region, access);
  return ["DBInstances", "DBClusters"].flatMap((name) => {
    const quota = quotas[name];
    if (quota === undefined) return [];
    const text = `${quota.used} of ${quota.max} ${name} of RDS are used in ${region}, and a restore of ${here.length} ${here.length === 1 ? "database" : "databases"} adds at least as many`;
    return quota.max - quota.used >= here.length
      ? [ok(text)]
      : [
          problem(
            text,
            `ask for more: aws service-quotas list-service-quotas --service-code rds --region ${region}, then request-service-quota-increase`,
          ),
        ];
  });
}
