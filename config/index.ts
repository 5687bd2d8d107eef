import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { pausedReleases, type ScalarBackupArgs } from "../components/backup";
import { databaseProblems, databasesSchema } from "../components/databases";
import { awsRegion } from "../components/databases/schema";
import { awsSettings } from "../components/databases/settings";
import { importedWindowProblems } from "../components/pause/imported-windows";
import { otherClusterProblems } from "../components/pause/other-clusters";
import { pauseKeyProblems, pauseRunProblems } from "../components/pause/validate";
import { pauseNeedProblems } from "../components/pause-need";
import { isWithin, type Problem } from "../components/problem";
import { pathText } from "../components/problem-messages/value";
import { propertiesProblems } from "../components/properties-problems";
import { releaseDatabaseProblems } from "../components/release-databases";
import { notARelease, unknownReleases } from "../components/release-values";
import { instantProblems, recoveryProblems, restoreProblems, type ScalarRestoreArgs } from "../components/restore";
import { problemsOf } from "../components/schema-problems";
import { tagProblems, tagsNotCopiedProblems } from "../components/tags";
import { validParts } from "../components/valid-parts";
import { vaultSchema } from "../components/vaults/args";
import { restoreFromSchema } from "../components/vaults/restore-from";
import { restoreFromProblems } from "../components/vaults/restore-from-problems";
import { ownVaultProblems, vaultProblems } from "../components/vaults/validate";
import { reachProblems } from "../components/warnings";
import { windowBackupProblems } from "../components/window-backups";
import { ADMIN_PORT, BOUNDS, MIN_HOLD_SECONDS } from "../pauser/settings";
import { instantMillis } from "../restore-points/instant";

/** The project's name: what its configuration keys begin with. */
export const PROJECT = "scalar-backup";

/** The stack's configuration under `scalar-backup:`. */
export interface StackConfig {
  databases: ScalarBackupArgs["databases"];
  pause?: ScalarBackupArgs["pause"];
  vault?: ScalarBackupArgs["vault"];
  /** Present when there is an instant to restore to. */
  restore?: Pick<ScalarRestoreArgs, "at" | "mode" | "from" | "acceptInconsistentCopiesAt">;
  /** `restore.windows`: they count for the list of restore points as well, before an instant is chosen. */
  importedWindows?: ScalarBackupArgs["importedWindows"];
  /** Secrets: properties may hold passwords. */
  properties?: pulumi.Output<string>;
  /** `properties` as a map. */
  propertiesByRelease?: pulumi.Output<Record<string, string>>;
  tags?: Record<string, string>;
  /** Keys of tags that copies do not get. */
  tagsNotCopied?: string[];
  lastDrill?: string;
}

/** The values as they stand in the stack's file, once they have no problem. */
interface StackValues extends Omit<StackConfig, "restore" | "importedWindows" | "properties" | "propertiesByRelease"> {
  properties?: string | Record<string, string>;
  restore?: Partial<NonNullable<StackConfig["restore"]>> & { windows?: string };
}

/** A number whose bounds `pauseProblems` checks; here they are for editors. */
const bounded = (what: string, { min, max }: { min: number; max: number }) =>
  z
    .number({ error: `a whole number from ${min} to ${max}` })
    .meta({ type: "integer", minimum: min, maximum: max, description: what })
    .optional();

/** A Helm release, by its names. */
const releaseNames = {
  namespace: z
    .string()
    .min(1)
    .meta({ examples: ["scalar"] }),
  name: z
    .string()
    .min(1)
    .describe("The Helm release's name")
    .meta({ examples: ["scalardb-cluster"] }),
};
const releaseDatabases = z
  .array(z.string())
  .min(1, { error: "a list of at least one database's name; leave it out if the release uses all" })
  .meta({ examples: [["ledger"]] })
  .optional()
  .describe(
    "The databases that it uses, by their names; ScalarDL's Ledger and Auditor usually have one each. Defaults to all.",
  );

const pauseSchema = z
  .strictObject({
    schedule: z
      .string()
      .describe("When pods are paused, as a CronJob's schedule: 0 3 * * *")
      .meta({ examples: ["0 3 * * *"] }),
    timeZone: z
      .string()
      .meta({ examples: ["Asia/Tokyo"] })
      .optional()
      .describe("The schedule's time zone, such as Asia/Tokyo. Defaults to Etc/UTC."),
    releases: z
      .array(
        z.strictObject({
          ...releaseNames,
          adminPort: bounded(
            "The port of its pods' admin interface, if scalar.db.cluster.node.admin.port moves it",
            ADMIN_PORT,
          ),
          databases: releaseDatabases,
          tls: z
            .strictObject({ caCertificate: z.string().optional(), overrideAuthority: z.string().optional() })
            .optional()
            .describe("For pods that serve their admin interface over TLS"),
        }),
      )
      .describe("Every release whose pods write to the databases"),
    namespace: z.string().optional().describe("Where the CronJob runs. Defaults to the first release's namespace."),
    holdSeconds: bounded("How long every pod is held paused. Defaults to 10.", {
      ...BOUNDS.holdSeconds,
      min: MIN_HOLD_SECONDS,
    }),
    maxDrainSeconds: bounded(
      "How long a pod may take to finish its running requests. Defaults to 30.",
      BOUNDS.maxDrainSeconds,
    ),
    suspend: z.boolean().optional().describe("True pauses the schedule itself. Defaults to false."),
    image: z.string().optional().describe("A Node.js image, 20 or later, that the pauser runs on"),
    resources: z.looseObject({}).optional().describe("The pauser's resource requests and limits"),
    priorityClassName: z.string().optional(),
    startingDeadlineSeconds: bounded("How late a run may start, in seconds", { min: 10, max: 86_400 }),
    successfulJobsHistoryLimit: bounded("Finished Jobs that are kept", { min: 0, max: 1000 }),
    failedJobsHistoryLimit: bounded("Failed Jobs that are kept", { min: 0, max: 1000 }),
    retentionDays: bounded("Older windows are forgotten. Defaults to 35.", BOUNDS.retentionDays),
    rendezvousSeconds: bounded(
      "For a set that spans clusters: how long after the scheduled instant all of them are paused",
      BOUNDS.rendezvousSeconds,
    ),
    cluster: z.string().optional().describe("The cluster's name in recorded windows, for a set that spans clusters"),
    otherClusters: z
      .array(
        z.strictObject({
          cluster: z
            .string()
            .min(1)
            .meta({ examples: ["osaka"] })
            .describe("Its name in recorded windows: pause.cluster of its own stack"),
          releases: z
            .array(z.strictObject({ ...releaseNames, databases: releaseDatabases }))
            .describe("All releases that its own stack pauses for this set"),
          kubernetes: z
            .strictObject({
              context: z
                .string()
                .min(1)
                .meta({ examples: ["scalar-osaka"] })
                .optional()
                .describe("Its context in your kubeconfig"),
              kubeconfig: z.string().min(1).optional().describe("A kubeconfig, or its path; defaults to yours"),
              namespace: z.string().min(1).optional().describe("Where its pauser runs"),
              recordName: z
                .string()
                .min(1)
                .optional()
                .describe("Its record's ConfigMap. Defaults to scalar-pause-windows."),
            })
            .optional()
            .describe("Reads its windows in the cluster"),
          stack: z
            .string()
            .min(1)
            .meta({ examples: ["acme/scalar-backup/osaka"] })
            .optional()
            .describe("In place of kubernetes: its stack, whose output windows is read as of its last pulumi up"),
          record: z
            .string()
            .optional()
            .describe("In place of both: its record as text, windows.json of its pauser's ConfigMap"),
        }),
      )
      .optional()
      .describe(
        "The other clusters of a set that spans clusters: an instant is a restore point only if their releases were paused, too",
      ),
    aws: z
      .strictObject({
        eksCluster: z
          .string()
          .meta({ examples: ["payments"] })
          .optional()
          .describe("The EKS cluster's name: a role is declared, which its Pod Identity agent gives to the pauser"),
        region: awsRegion.optional().describe("Where the EKS cluster is. Defaults to aws:region."),
        roleArn: z
          .string()
          .optional()
          .describe("In place of eksCluster: a role of yours, which trusts the cluster's OIDC provider"),
      })
      .optional()
      .describe("How the pauser comes by AWS credentials, for databases[].dynamodb.windowBackups"),
  })
  .describe("When and what to pause; needed for NoSQL, and for more than one database");

const AN_INSTANT = "an instant in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z";

const restoreSchema = z
  .strictObject({
    at: z
      .string({ error: AN_INSTANT })
      .meta({ examples: ["2026-11-22T03:00:12Z"] })
      .optional()
      .describe(`The instant to restore to: ${AN_INSTANT}. Needed, unless windows are only to be listed.`),
    mode: z
      .enum(["drill", "recovery"])
      .optional()
      .describe("drill: copies made to go; recovery: protected, made to stay. Defaults to drill."),
    from: restoreFromSchema.optional(),
    acceptInconsistentCopiesAt: z
      .string()
      .optional()
      .describe("For an emergency without a restore point: repeats `at` to accept copies that may be broken"),
    windows: z
      .string({
        error: "a text: `windows: |`, and below it the lines that scalar-admin-for-kubernetes printed, as they are",
      })
      .optional()
      .describe(
        "Pause windows that Scalar's own tool made, beside the recorded ones: the lines that scalar-admin-for-kubernetes printed for the releases of `pause`, with or without its log around them. Without `at` they are only listed among the restore points.",
      ),
  })
  .meta({
    examples: [{ at: "2026-11-22T03:00:12Z" }],
    description: "Restores copies of all databases; remove it to remove a drill's copies",
    anyOf: [{ required: ["at"] }, { required: ["windows"] }],
  });

/** The whole of `scalar-backup:`; the JSON Schema of stack files is generated from it. */
export const stackConfigSchema = z.strictObject({
  databases: databasesSchema,
  pause: pauseSchema.optional(),
  vault: vaultSchema.optional(),
  restore: restoreSchema.optional(),
  // Checked by `presentPropertiesProblems`: a message of the schema would repeat the value, which may hold passwords.
  properties: z
    .unknown()
    .meta({ anyOf: [{ type: "string" }, { type: "object", additionalProperties: { type: "string" } }] })
    .optional()
    .describe(
      "Your present database.properties; for releases with databases of their own, a map of such texts by the releases' names. A restore's Helm values then hold them whole, with the copies in place of their sources: of JDBC URLs only host and port are replaced",
    ),
  tags: z
    .record(z.string(), z.string())
    .meta({ examples: [{ service: "payments" }] })
    .optional()
    .describe("Tags for every resource that takes them"),
  tagsNotCopied: z
    .array(z.string())
    .meta({ examples: [["backup-plan"]] })
    .optional()
    .describe(
      "Keys of tags that copies do not get from their sources or from `tags`, such as those by which your organisation's backup plans select databases. The key of vault.aws.selectByTag is always one of them",
    ),
  lastDrill: z
    .string({ error: AN_INSTANT })
    .optional()
    .describe(
      `When a drill last passed: ${AN_INSTANT}. Becomes an output of the stack, by which the policy drill-recent warns when the next one is due.`,
    ),
});

/**
 * Reads and checks the stack's configuration, before any resource is declared.
 * @throws {pulumi.RunError} with every problem: its path, the value found, what is expected and how to fix it.
 */
export function readStackConfig(): StackConfig {
  const { values, problems } = parseValues();
  if (problems.length === 0) problems.push(...stackConfigProblems(values));
  if (problems.length > 0) throw new pulumi.RunError(report(problems));
  const { restore, properties, ...config } = values as unknown as StackValues;
  const secrets = new pulumi.Config(PROJECT);
  const { windows, at, ...how } = restore ?? {};
  return {
    ...config,
    ...(at !== undefined && { restore: { at, ...how } }),
    ...(windows !== undefined && { importedWindows: windows }),
    ...(typeof properties === "object"
      ? { propertiesByRelease: secrets.getSecretObject<Record<string, string>>("properties") }
      : { properties: secrets.getSecret("properties") }),
  };
}

/** All problems of a configuration given as plain data. What lies between two parts is checked when both are right. */
export function stackConfigProblems(values: Record<string, unknown>): Problem[] {
  const aws = awsSettings();
  const schema = problemsOf(stackConfigSchema, values);
  const config = values as unknown as StackValues;
  const problems = schema.filter(({ path }) => !isWithin(path, "databases"));
  // Those of the schema are among them.
  problems.unshift(
    ...(Array.isArray(config.databases)
      ? databaseProblems(config.databases, aws)
      : schema.filter(({ path }) => isWithin(path, "databases"))),
  );
  const valid = (part: string) => !problems.some(({ path }) => isWithin(path, part));
  /** Adds problems of one part that the schema cannot see, but none at what has one already. */
  const add = (more: Problem[]) =>
    problems.push(...more.filter(({ path }) => !schema.some((known) => isWithin(path, known.path))));

  const { databases, pause, restore, vault } = config;
  const setIsValid = Array.isArray(databases) && valid("databases") && valid("aws:region");
  if (isMap(pause)) {
    add(under("pause", pauseKeyProblems(validParts(pause, "pause", schema))));
    const set = { databases, pause, ...(valid("vault") && { vault }) };
    const reach = setIsValid && valid("pause.schedule") ? reachProblems(set, aws) : [];
    // A schedule that leaves databases without restore points leaves the record empty too; that is one mistake.
    const runs = pauseRunProblems(validParts(pause, "pause", problems)).filter(
      ({ path }) => reach.length === 0 || path !== "retentionDays" || pause.retentionDays !== undefined,
    );
    add([...under("pause", [...runs, ...(valid("pause.otherClusters") ? otherClusterProblems(pause) : [])]), ...reach]);
  }
  if (isMap(restore)) add(under("restore", restoreValueProblems(restore)));
  if (config.lastDrill !== undefined && valid("lastDrill")) add(passedProblems("lastDrill", config.lastDrill));
  if (config.properties !== undefined) add(presentPropertiesProblems(config.properties, pause));
  if (valid("tagsNotCopied")) add(tagsNotCopiedProblems(config.tagsNotCopied));

  if (!setIsValid) {
    if (isMap(vault)) add(ownVaultProblems(vaultParts(vault, schema)));
    return problems;
  }
  add(tagProblems(config.tags, databases));
  add(pauseNeedProblems(databases, pause));
  if (valid("pause")) {
    add(windowBackupProblems(databases, pause, aws));
    add(releaseDatabaseProblems(databases, pause?.releases ?? [], "pause.releases", pause?.otherClusters));
  }
  if (valid("restore")) add(under("restore", restoreFromProblems(databases, restore?.from, aws)));
  if (valid("vault")) add(vaultProblems(databases, vault, aws));
  else if (isMap(vault)) add(ownVaultProblems(vaultParts(vault, schema)));
  if (problems.length === 0) problems.push(...recoveryProblems(databases, restore?.mode, aws));
  return problems;
}

function isMap(part: unknown): part is object {
  return part !== null && typeof part === "object" && !Array.isArray(part);
}

/** The vaults of each cloud without what has problems already. */
function vaultParts(vault: NonNullable<StackConfig["vault"]>, problems: Problem[]): NonNullable<StackConfig["vault"]> {
  return {
    ...(isMap(vault.aws) && { aws: validParts(vault.aws, "vault.aws", problems) }),
    ...(isMap(vault.azure) && { azure: validParts(vault.azure, "vault.azure", problems) }),
  };
}

function passedProblems(key: string, instant: string): Problem[] {
  const problems = instantProblems(key, instant);
  if (problems.length === 0 && instantMillis(instant) > Date.now())
    problems.push({ path: key, message: `"${instant}" is in the future; write when the drill passed` });
  return problems;
}

/** No message repeats a value: properties may hold passwords. */
function presentPropertiesProblems(properties: unknown, pause: StackConfig["pause"]): Problem[] {
  if (typeof properties === "string") return propertiesProblems(properties);
  if (!isMap(properties))
    return [
      {
        path: "properties",
        message:
          "is neither a text nor a map; expected the text of database.properties (`properties: |`, and the lines below it), or a map of such texts by the releases' names",
      },
    ];
  const releases = isMap(pause) && Array.isArray(pause.releases) ? pausedReleases(pause) : [];
  const unknown = unknownReleases(Object.keys(properties), releases);
  return Object.entries(properties).flatMap(([release, text]): Problem[] => {
    const path = pathText(["properties", release]);
    if (unknown.includes(release))
      return [
        {
          path,
          message: `"${release}" is not a release of pause.releases; ${notARelease(releases)}; or give one text for all of them: \`properties: |\`, and the lines below it`,
        },
      ];
    if (typeof text !== "string")
      return [
        { path, message: "is not a text; expected the text of the release's properties, a key=value on each line" },
      ];
    return propertiesProblems(text).map(({ message }) => ({ path, message }));
  });
}

function restoreValueProblems({ at, windows, ...how }: NonNullable<StackValues["restore"]>): Problem[] {
  const problems: Problem[] = [];
  // Windows may be looked at before an instant is chosen; whoever says how to restore has to say to what.
  if (typeof at === "string") problems.push(...restoreProblems({ at, ...how }));
  else if (windows === undefined || Object.keys(how).length > 0)
    problems.push({ path: "at", message: `is missing; expected ${AN_INSTANT}` });
  if (typeof windows === "string") problems.push(...under("windows", importedWindowProblems(windows)));
  return problems;
}

/** The configuration's values, each JSON or plain text as Pulumi hands it over. */
function parseValues(): { values: Record<string, unknown>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    const [project, name] = key.split(/:(.*)/s) as [string, string];
    if (project !== PROJECT) continue;
    // Properties are no JSON, whatever they look like; a map of them by release is.
    if (name === "properties" && typeof asJson(text) !== "object") {
      values[name] = text;
      continue;
    }
    try {
      values[name] = JSON.parse(text);
    } catch {
      values[name] = text;
    }
  }
  return { values, problems };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function under(part: string, problems: Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({ path: path === "" ? part : `${part}.${path}`, message }));
}

function report(problems: Problem[]): string {
  const lines = problems.map(
    ({ path, message }) => `  ${path.startsWith("aws:") ? "" : `${PROJECT}:`}${path}: ${message}`,
  );
  return `the stack's configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${lines.join("\n")}`;
}
