import { yamlText } from "../../components/problem-messages/value";
import type { FoundAzure } from "../../operations/azure-discovery";
import type { FoundRds } from "../../operations/discovery";
import { AUDITOR } from "../../restore-points/scalar-products";
import { EDIT } from "../edit-mark";
import type { Found } from "./found";

/** What the file says besides what was found. */
export interface Choices {
  region?: string;
  /** The Azure subscription that an option has named. */
  subscription?: string;
  context?: string;
  schedule: string;
  timeZone: string;
  /** Whether the time zone is this machine's: neither an option nor an answer has named one. */
  isOwnTimeZone?: boolean;
}

/** A database as it is written: its name, and below it the lines of its kind. */
interface Written {
  name: string;
  lines: string[];
}

const EXAMPLE = `${EDIT} nothing was found, this is an example`;

/** The databases and releases that a file is written for. */
type Contents = Pick<Found, "namespaces" | "rds" | "azure" | "releases">;

/** Whether pods have to be paused for these databases. An example has a schedule. */
export function isPaused({ namespaces, rds, azure }: Omit<Contents, "releases">): boolean {
  const relational = rds.length + azure.filter(({ kind }) => kind !== "cosmosdb").length;
  return relational !== 1 || namespaces.length > 0 || azure.some(({ kind }) => kind === "cosmosdb");
}

/** The text of a stack file that "scalar-backup check" accepts, for what was found, or as an example. */
export function stackText(found: Contents, choices: Choices): string {
  const databases = databasesOf(found);
  const isExample = databases.length === 0;
  const written = isExample ? [dynamodbOf(["ledger"])] : databases;
  const paused = isPaused(found);
  return [
    "# Written by scalar-backup init. All keys: docs/configuration.md of scalar-backup; after a change: scalar-backup check",
    "config:",
    ...(isExample || found.namespaces.length + found.rds.length > 0 ? [regionLine(choices)] : []),
    ...(found.azure.length > 0 ? [subscriptionLine(choices)] : []),
    ...contextLines(choices.context, paused),
    "  # The databases that one transaction may write to: all of them are restored to the same instant.",
    "  scalar-backup:databases:",
    ...written.flatMap(({ name, lines }) => [
      `    - name: ${yamlText(name)}${isExample ? `   ${EXAMPLE}` : ""}`,
      ...lines.map((line) => `      ${line}`),
    ]),
    ...pauseLines(found.releases, choices, paused),
    "  # A drill: copies of all databases, next to them, as of an instant that scalar-backup points shows.",
    '  # scalar-backup:restore: { at: "<instant>" }',
    "",
  ].join("\n");
}

function regionLine({ region }: Choices): string {
  const unknown = region === undefined ? `   ${EDIT} no region was known` : "";
  return `  aws:region: ${yamlText(region ?? "ap-northeast-1")}${unknown}`;
}

/** One that the environment names stays there: another person's file need not have it. */
function subscriptionLine({ subscription }: Choices): string {
  return subscription === undefined
    ? "  # azure-native:subscriptionId: ...   # ARM_SUBSCRIPTION_ID by default"
    : `  azure-native:subscriptionId: ${yamlText(subscription)}`;
}

function databasesOf({ namespaces, rds, azure }: Omit<Contents, "releases">): Written[] {
  const all = [
    ...(namespaces.length > 0 ? [dynamodbOf(namespaces)] : []),
    ...rds.map(rdsOf),
    ...azure.map((each) => (each.kind === "cosmosdb" ? accountOf(each) : serverOf(each))),
  ];
  const taken = new Set<string>();
  return all.map((database) => {
    let name = database.name;
    for (let number = 2; taken.has(name); number++) name = `${database.name.slice(0, 28)}-${number}`;
    taken.add(name);
    return { ...database, name };
  });
}

function dynamodbOf(namespaces: readonly string[]): Written {
  return {
    name: nameOf(namespaces.length === 1 ? (namespaces[0] ?? "") : "dynamodb"),
    lines: [
      "dynamodb:",
      "  # ScalarDB's own tables (coordinator and metadata) are included.",
      `  existing: { namespaces: ${yamlText(namespaces)} }`,
      "  recoveryPeriodInDays: 35",
      "  # Copies in another region keep the tables' names:",
      "  # restoreTo: { region: ap-northeast-3 }",
    ],
  };
}

function rdsOf({ kind, identifier, cluster }: FoundRds): Written {
  return {
    name: nameOf(identifier),
    lines: [
      `${kind}:`,
      `  existing: { ${cluster ? "clusterIdentifier" : "instanceIdentifier"}: ${yamlText(identifier)} }`,
      "  backupRetentionPeriod: 35",
    ],
  };
}

function accountOf({ name, resourceGroupName }: FoundAzure): Written {
  return {
    name: nameOf(name),
    lines: [
      "cosmosdb:",
      `  existing: { accountName: ${yamlText(name)}, resourceGroupName: ${yamlText(resourceGroupName)} }`,
      "  recoveryPeriodInDays: 30",
      "  # Stored procedures are in no backup: restoreTo.schemaLoader repairs those of a copy.",
    ],
  };
}

function serverOf({ kind, name, resourceGroupName }: FoundAzure): Written {
  return {
    name: nameOf(name),
    lines: [
      `${kind}:`,
      `  existing: { serverName: ${yamlText(name)}, resourceGroupName: ${yamlText(resourceGroupName)} }`,
      "  backupRetentionDays: 35",
      "  # The database that ScalarDB connects to, for the JDBC URL of a copy:",
      `  # databaseName: ${yamlText(nameOf(name))}`,
    ],
  };
}

/** A name of at most 31 lowercase letters, digits and hyphens that begins with a letter. */
function nameOf(identifier: string): string {
  const name = identifier
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 31)
    .replace(/-+$/, "");
  return name === "" ? "database" : name;
}

function contextLines(context: string | undefined, paused: boolean): string[] {
  const lines = [
    "  # The cluster whose pods are paused, whatever context of the kubeconfig is current.",
    context === undefined
      ? `  # kubernetes:context: scalar-prod   ${EDIT} one of kubectl config get-contexts`
      : `  kubernetes:context: ${yamlText(context)}`,
  ];
  return paused ? lines : [];
}

function pauseLines(releases: Found["releases"], choices: Choices, paused: boolean): string[] {
  if (!paused) return ["  # One relational database is consistent at any instant: no pods are paused."];
  const { schedule, timeZone, isOwnTimeZone } = choices;
  const lines = releases.map(
    ({ namespace, name, product }) =>
      `      - { namespace: ${yamlText(namespace)}, name: ${yamlText(name)}${product === AUDITOR ? ", transactions: false" : ""} }`,
  );
  return [
    "  # Every release whose pods write to the databases is paused for ten seconds, all at once.",
    "  scalar-backup:pause:",
    `    schedule: ${JSON.stringify(schedule)}`,
    `    timeZone: ${yamlText(timeZone)}${isOwnTimeZone ? "   # of the machine that wrote this; UTC by default" : ""}`,
    "    releases:",
    ...(releases.some(({ product }) => product === AUDITOR)
      ? [
          "      # ScalarDL Auditor runs no ScalarDB transactions, so that it has no coordinator by which a restore is verified.",
        ]
      : []),
    ...(lines.length > 0 ? lines : [`      - { namespace: scalar, name: scalardb-cluster }   ${EXAMPLE}`]),
  ];
}
