import test from "ava";
import type { ArmExchange } from "../../simulator/cloud/azure/observer";
import { azureSdks, judgedBySdks } from "./azure-sdks";
import { NoPackages } from "./python";
import { recorded } from "./recording";

/** What is asked at least once when everything is played, by operations and look-ups over HTTP and by the provider. */
const ASKED = [
  "http GET Microsoft.DBforMySQL/flexibleServers",
  "http GET Microsoft.DBforMySQL/flexibleServers/configurations",
  "http PATCH Microsoft.DBforMySQL/flexibleServers",
  "http PATCH Microsoft.DBforMySQL/flexibleServers/configurations",
  "provider PUT Microsoft.DBforMySQL/flexibleServers",
  "http PATCH Microsoft.DBforPostgreSQL/flexibleServers",
  "http POST Microsoft.DBforPostgreSQL/flexibleServers/restart",
  "http PUT Microsoft.DBforPostgreSQL/flexibleServers/firewallRules",
  "provider PUT Microsoft.DBforPostgreSQL/flexibleServers",
  "http GET Microsoft.DocumentDB/restorableDatabaseAccounts",
  "http PATCH Microsoft.DocumentDB/databaseAccounts",
  "http POST Microsoft.DocumentDB/databaseAccounts/listKeys",
  "http POST Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/retrieveContinuousBackupInformation",
  "provider PUT Microsoft.DocumentDB/databaseAccounts",
  "http GET Microsoft.Network/privateEndpoints",
  "http GET Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
  "provider PUT Microsoft.Network/privateEndpoints",
  "http GET Microsoft.DataProtection/backupVaults",
  "http POST Microsoft.DataProtection/backupVaults/validateForBackup",
  "provider PUT Microsoft.DataProtection/backupVaults",
  "provider PUT Microsoft.DataProtection/backupVaults/backupInstances",
  "provider PUT Microsoft.DataProtection/backupVaults/backupPolicies",
  "provider PUT Microsoft.Authorization/roleAssignments",
];

const GROUP = "/subscriptions/s/resourceGroups/g/providers";
const ACCOUNT = `${GROUP}/Microsoft.DocumentDB/databaseAccounts/prod?api-version=2025-10-15`;
const SERVER = `${GROUP}/Microsoft.DBforPostgreSQL/flexibleServers/prod?api-version=2025-08-01`;
const VAULT = `${GROUP}/Microsoft.DataProtection/backupVaults/prod?api-version=2025-01-01`;

/** Each of them has its problem: the judge that lets one pass judges nothing. */
const WRONG: [method: string, url: string, request: object, expected: string][] = [
  ["PATCH", `${GROUP}/Microsoft.DocumentDB/accounts/prod`, {}, "no such method and path"],
  ["POST", ACCOUNT, {}, "no such method and path"],
  ["PATCH", ACCOUNT, { propertys: {} }, "request propertys: DatabaseAccountUpdateParameters has no such member"],
  [
    "PATCH",
    ACCOUNT,
    { properties: { consistencyPolicy: { defaultConsistencyLevel: "Strongest" } } },
    'request properties.consistencyPolicy.defaultConsistencyLevel: "Strongest" is none of Eventual, Session, BoundedStaleness, Strong, ConsistentPrefix',
  ],
  [
    "PATCH",
    ACCOUNT,
    { properties: { ipRules: ["203.0.113.7"] } },
    'request properties.ipRules[0]: "203.0.113.7" in place of IpAddressOrRange',
  ],
  [
    "PATCH",
    SERVER,
    { properties: { backup: { earliestRestoreDate: "2026-11-26T00:00:00Z" } } },
    "request properties.backup.earliestRestoreDate: only the service writes it",
  ],
  [
    "PATCH",
    SERVER,
    { properties: { backup: { backupRetentionDays: "7" } } },
    'request properties.backup.backupRetentionDays: "7" in place of a whole number',
  ],
  [
    "PUT",
    VAULT,
    { location: "japaneast", properties: { storageSettings: [{ type: "TriplyRedundant" }] } },
    'request properties.storageSettings[0].type: "TriplyRedundant" is none of GeoRedundant, LocallyRedundant, ZoneRedundant',
  ],
  [
    "PATCH",
    ACCOUNT,
    { properties: { consistencyPolicy: { defaultConsistencyLevel: "Strong", maxIntervalInSeconds: 1 } } },
    "request properties.consistencyPolicy.maxIntervalInSeconds: 1 is not from 5 to 86400",
  ],
  [
    "POST",
    ACCOUNT.replace("?", "/regenerateKey?"),
    {},
    "request keyKind: DatabaseAccountRegenerateKeyParameters requires it",
  ],
  ["PATCH", ACCOUNT.replace("/prod", "/Prod"), {}, 'path accountName: "Prod" does not match ^[a-z0-9]+(-[a-z0-9]+)*'],
];

const sdks = sdksOrReason();

if (typeof sdks !== "object") {
  test("Azure's SDKs cannot judge the messages", (t) => {
    t.log(`skipped: ${sdks}`);
    t.pass();
  });
} else {
  test("Azure's SDKs know every message to the Resource Manager, and every answer", async (t) => {
    const exchanges = recorded().flatMap(({ armExchange }) => (armExchange ? [armExchange] : []));
    const { findings, summary } = await judgedBySdks(sdks.python, exchanges);
    t.log(
      `${summary.judged} messages, ${exchanges.filter(({ from }) => from === "http").length} of them over HTTP; ` +
        `${summary.withBody} with a body, ${summary.ofTheSameVersion} of the version of the API that the SDK is made for`,
    );
    t.deepEqual(
      findings.map(({ method, url, verdict, times }) => `${method} ${url}: ${verdict} (${times} times)`),
      [],
    );
    const asked = new Set(exchanges.map(kindOf));
    t.deepEqual(
      ASKED.filter((kind) => !asked.has(kind)),
      [],
      "messages that were not played",
    );
  });

  test("Azure's SDKs find wrong paths, members, enums, types, ranges, missing members, and what only the service writes", async (t) => {
    const exchanges = WRONG.map(([method, url, request]) => ({
      from: "http" as const,
      method,
      url,
      request,
      status: 200,
    }));
    const { findings } = await judgedBySdks(sdks.python, exchanges);
    t.deepEqual(
      findings.map(({ verdict }) => verdict),
      WRONG.map(([, , , expected]) => expected),
    );
    const answered = { from: "http" as const, method: "GET", url: SERVER };
    const answers = await judgedBySdks(sdks.python, [
      { ...answered, status: 200, answer: { tags: {} } },
      { ...answered, status: 404, answer: { error: { code: "ResourceNotFound" } } },
    ]);
    t.deepEqual(
      answers.findings.map(({ verdict }) => verdict),
      ["answer location: Server requires it", "answer error: code or message is missing"],
    );
  });
}

function sdksOrReason(): { python: string } | string {
  try {
    return { python: azureSdks() };
  } catch (error) {
    if (error instanceof NoPackages) return error.message;
    throw error;
  }
}

/** Who asks for what: the names are left out. */
function kindOf({ from, method, url }: ArmExchange): string {
  const path = url.replace(/\?.*/, "").replace(/^.*\/providers\//, "");
  const [namespace, ...rest] = path.split("/");
  return `${from} ${method} ${[namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/")}`;
}
