import fc from "fast-check";

/** Names that databases of a set have, so that references to them are hit. */
export const DATABASE_NAMES = ["ledger", "customers", "orders", "auditor", "a", "z".repeat(31)] as const;

const INSTANTS = ["2026-11-22T03:00:12Z", "2026-11-22T12:00:12+09:00", "2024-02-29T00:00:00Z", "2016-12-31T23:59:59Z"];
const REGIONS = ["ap-northeast-1", "ap-northeast-3", "us-west-2", "us-gov-west-1", "cn-north-1", "eu-central-9"];
const AWS_SCHEDULES = [
  "cron(0 4 ? * * *)",
  "cron(0 5 1 * ? *)",
  "cron(0 5 ? * 1 *)",
  "cron(0 * ? * * *)",
  "cron(0 5 L * ? *)",
  "cron(0 5 ? * 6#3 2199)",
  "cron(0 5 29 2 ? *)",
];
const TIME_ZONES = ["Etc/UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC"];
const TAGS = ["service", "backup-plan", "team", "Größe", "a:b", "k".repeat(128)];
const WINDOWS = [
  '{"namespace":"scalar","helm_release_name":"scalardb-cluster","pause_start_timestamp_ms":1795316407120,"pause_end_timestamp_ms":1795316417130,"pause_start_date_time":"2026-11-22T12:00:07.120","pause_end_date_time":"2026-11-22T12:00:17.130","timezone":"Asia/Tokyo"}',
];
// biome-ignore lint/suspicious/noTemplateCurlyInString: ScalarDB's own variables
const PROPERTIES = ["scalar.db.storage=dynamo\nscalar.db.username=${env:NAME}", "scalar.db.storage = dynamo", "a=b"];

/** Texts that users write under a key, valid by themselves; those that the key's pattern says enough about are not here. */
const BY_KEY: Record<string, readonly string[]> = {
  region: REGIONS,
  schedule: [
    "0 3 * * *",
    "@daily",
    "@every 12h",
    "*/30 0-6 1,15 JAN-DEC MON-FRI",
    "0 0 29 2 *",
    "0 0 31 * 0",
    "0 3 * * SUN",
  ],
  timeZone: TIME_ZONES,
  awsSchedule: AWS_SCHEDULES,
  fromKeys: DATABASE_NAMES,
  tagsKeys: TAGS,
  tags: TAGS,
  tagsNotCopied: TAGS,
  requestsKeys: ["cpu", "memory"],
  limitsKeys: ["memory", "ephemeral-storage"],
  at: INSTANTS,
  begun: INSTANTS,
  acceptInconsistentCopiesAt: INSTANTS,
  acceptUnproven: INSTANTS,
  lastDrill: [...INSTANTS, "acme/scalar-backup/prod"],
  time: ["03:00", "00:00", "23:30"],
  namespaces: ["ledger", "ledger.eu", "Auditor_1"],
  tables: ["ledger.accounts", "ledger.assets", "coordinator.state"],
  coordinatorNamespace: ["coordinator", "coordinator2"],
  metadataNamespace: ["scalardb"],
  namespacePrefix: ["r1_", "prod-"],
  namespace: ["scalar", "scalar-2", "n".repeat(63)],
  name: ["scalardb-cluster", "ledger", "scalardl.ledger", "r".repeat(53)],
  releaseDatabases: DATABASE_NAMES,
  caCertificate: ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"],
  image: ["docker.io/library/node:24-alpine", "registry.example.com:5000/node@sha256:0123", "node:20"],
  quantity: ["128Mi", "100m", "1", "1e3", ".5", "2Gi"],
  stack: ["acme/scalar-backup/prod", "prod"],
  cluster: ["osaka", "default", "tokyo"],
  eksCluster: ["payments", "E".repeat(100)],
  roleArn: ["arn:aws:iam::123456789012:role/pauser"],
  kmsKeyArn: ["arn:aws:kms:ap-northeast-1:123456789012:key/12345678-90ab-cdef-1234-567890abcdef"],
  vaultArn: ["arn:aws:backup:us-west-2:210987654321:backup-vault:payments"],
  backupArn: [
    "arn:aws:dynamodb:ap-northeast-1:123456789012:table/ledger.accounts/backup/01489173575360-b308cd7d",
    "arn:aws:rds:ap-northeast-1:123456789012:cluster-snapshot:awsbackup:job-1",
    "arn:aws:backup:ap-northeast-1:123456789012:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45",
  ],
  windows: WINDOWS,
  record: ['{"schemaVersion":1,"windows":[]}'],
  confirm: ["replace ledger, customers as of 2026-11-22T03:00:12Z", "replace ledger as of 2026-11-22T03:00:12Z"],
  acknowledgeIrreversible: ["payments"],
  location: ["japaneast", "Japan East"],
  keyIdentity: [
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/scalar-databases/providers/Microsoft.ManagedIdentity/userAssignedIdentities/keys",
  ],
  subnetIds: [
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/scalar-databases/providers/Microsoft.Network/virtualNetworks/net/subnets/databases",
  ],
  ipRules: ["203.0.113.0/24", "203.0.113.7"],
  verifiedFrom: ["203.0.113.0/24"],
  subnetGroupName: ["scalar-databases"],
  dbSubnetGroupName: ["scalar-databases"],
  securityGroupIds: ["sg-0123456789abcdef0"],
  vpcSecurityGroupIds: ["sg-0123456789abcdef0"],
  resourceGroupName: ["scalar-databases"],
  instanceClass: ["db.r7g.large", "db.m7g.xlarge"],
  dbClusterInstanceClass: ["db.m6gd.large"],
  emails: ["operations@example.com"],
  properties: PROPERTIES,
  url: ["https://hooks.example.com/services/s3cr3t", "http://pushgateway.monitoring:9091"],
  endpoint: ["http://otel-collector.monitoring:4318"],
  key: ["slack", "url"],
  kubeconfig: ["~/.kube/config"],
};

/** Texts that have broken programs before: edges, other encodings, names that JavaScript's objects have. */
export const HOSTILE = [
  "",
  " ",
  "\t\n",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "a".repeat(64),
  "a".repeat(300),
  "ü",
  "日本語",
  "👩‍👩‍👧",
  "\u202egnp",
  "\u0000",
  "\ud800",
  "a\u0301",
  "null",
  "true",
  "1e999",
  "-1",
  "0x10",
  "%s%d",
  "$&",
  "../../etc",
  "a.b[0]",
  '"',
  "]",
  "\\",
  "arn:aws:dynamodb:ap-northeast-1:123456789012:table/ledger",
  "https://ledger-prod.documents.azure.com:443/",
  "jdbc:postgresql://customers.example.com:5432/customers",
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforMySQL/flexibleServers/orders",
  "subnet-0123456789abcdef0",
  "ap-northeast-1a",
  "AP-NORTHEAST-1",
  "0 3 * *",
  "60 3 * * *",
  "@every 1s",
  "@every -5h",
  "@reboot",
  "* * * * *",
  "0 0 30 2 *",
  "0-59/0 * * * *",
  "cron(0 5 ? * MON)",
  "cron(* * * * ? *)",
  "rate(1 day)",
  "TZ=Asia/Tokyo 0 3 * * *",
  "JST",
  "asia/tokyo",
  "Etc/GMT+14",
  "2026-02-30T00:00:00Z",
  "2026-11-22T03:00:12",
  "2026-11-22T03:00:60Z",
  "2026-11-22T24:00:00Z",
  "2026-11-22T03:00:12.5Z",
  "2026-11-22T03:00:12+25:00",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "+275760-09-13T00:00:00Z",
  "2026-11-22 03:00:12 +0000 UTC",
  "1795316407120",
  "24:00",
  "03:15",
  "{}",
  "[]",
  "[1,",
  "scalar-backup:copy",
  "aws:tag",
  "rds:tag",
] as const;

/** Texts for a key of the configuration, nearly all of them valid by themselves. */
export function textsOf(key: string, { pattern, maxLength }: { pattern?: string; maxLength?: number }) {
  const known = Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : undefined;
  const usual = known && fc.constantFrom(...known);
  const byPattern = pattern === undefined ? undefined : matching(pattern, maxLength);
  if (usual && byPattern) return fc.oneof({ arbitrary: usual, weight: 8 }, { arbitrary: byPattern, weight: 1 });
  return (
    usual ?? byPattern ?? fc.oneof(fc.constantFrom("some-text", "b", "C-3"), fc.string({ minLength: 1, maxLength: 70 }))
  );
}

function matching(pattern: string, maxLength = 300): fc.Arbitrary<string> | undefined {
  // fast-check writes no texts for assertions about what follows.
  if (pattern.includes("(?")) return undefined;
  return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength);
}
