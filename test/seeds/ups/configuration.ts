import type { Change, SetName } from "./schedule";

export const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
export type Instant = "older" | "newer";

/** What the user has in the stack's configuration now. */
export interface Wanted {
  restore?: { instant: Instant; mode: "drill" | "recovery"; switchOver?: "confirm" | "confirm another" | "abort" };
  /** Another database than the set's own. */
  database: boolean;
  tags: boolean;
  hour: number;
}

const DATABASES: Record<SetName, object[]> = {
  "tables and a cluster": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "a cluster alone": [{ name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } }],
  "tables elsewhere and an instance": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } } },
    { name: "stock", rdsPostgresql: { existing: { instanceIdentifier: "stock-prod" } } },
  ],
  "a created instance": [
    {
      name: "invoices",
      rdsPostgresql: {
        create: {
          instance: {
            identifier: "invoices-prod",
            instanceClass: "db.m7g.large",
            allocatedStorage: 100,
            dbSubnetGroupName: "scalar-databases",
          },
        },
      },
    },
  ],
};
const ANOTHER = { name: "orders", rdsPostgresql: { existing: { instanceIdentifier: "orders-prod" } } };

/** Whether pods are paused: one relational database needs no pause. */
export const releaseIn = (set: SetName): boolean => set !== "a cluster alone" && set !== "a created instance";

/** A change by the user. */
export function changed(wanted: Wanted, change: Change, set: SetName): Wanted {
  const { restore, ...others } = wanted;
  const switchOver = (what: NonNullable<Wanted["restore"]>["switchOver"]): Wanted =>
    restore?.mode === "recovery" ? { ...others, restore: { ...restore, ...(what && { switchOver: what }) } } : wanted;
  switch (change) {
    case "restore the older instant":
      return { ...others, restore: { instant: "older", mode: "drill" } };
    case "restore the newer instant":
      return { ...others, restore: { instant: "newer", mode: "drill" } };
    case "recover the older instant":
      return { ...others, restore: { instant: "older", mode: "recovery" } };
    case "recover the newer instant":
      return { ...others, restore: { instant: "newer", mode: "recovery" } };
    case "remove the restore":
      return others;
    case "confirm the switch-over":
      return switchOver("confirm");
    case "confirm another switch-over":
      return switchOver("confirm another");
    case "abort the switch-over":
      return switchOver("abort");
    case "other tags":
      return { ...wanted, tags: !wanted.tags };
    case "another schedule":
      return { ...wanted, hour: wanted.hour === 3 ? 4 : 3 };
    case "another database":
      // A second relational database would need a pause.
      return { ...wanted, database: releaseIn(set) };
    case "one database less":
      return { ...wanted, database: false };
    case "somebody takes a copy's name":
      return wanted;
  }
}

/** The stack's configuration. */
export function configurationOf(
  set: SetName,
  { restore, database, tags, hour }: Wanted,
  instants: Record<Instant, string>,
): Record<string, unknown> {
  const databases = [...DATABASES[set], ...(database ? [ANOTHER] : [])] as { name: string }[];
  const at = restore && instants[restore.instant];
  const confirm = `replace ${databases.map(({ name }) => name).join(", ")} as of ${at}`;
  const switchOver = {
    confirm: { confirm, newStreams: true },
    "confirm another": { confirm: confirm.replace("replace ", "replace all of "), newStreams: true },
    abort: { abort: true },
  };
  return {
    "aws:region": "ap-northeast-1",
    "scalar-backup:databases": databases,
    ...(releaseIn(set) && { "scalar-backup:pause": { schedule: `0 ${hour} * * *`, releases: [RELEASE] } }),
    ...(tags && { "scalar-backup:tags": { service: "payments" } }),
    ...(restore && {
      "scalar-backup:restore": {
        at,
        mode: restore.mode,
        ...(restore.switchOver && { switchOver: switchOver[restore.switchOver] }),
      },
    }),
  };
}
