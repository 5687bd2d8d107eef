import type { PropertyMap } from "../../simulator/providers/provider";
import type { Sent } from "./moto-proxy";

/**
 * Databases whose names move, outside the program, to others. In the gap an instance is renamed away, and neither cluster nor table
 * of its name exists; then others have the names.
 *
 * Not judged, because moto (5.2.1) renames wrongly: a name that is taken is overwritten without an error, and a renamed cluster
 * loses its instances. So the cluster is deleted here instead of renamed, which is the same to a provider that looks for its name.
 */
export const LEDGER: PropertyMap = {
  identifier: "ledger",
  engine: "mysql",
  instanceClass: "db.m5.large",
  allocatedStorage: 100,
  username: "scalar",
  password: "a-password",
  skipFinalSnapshot: true,
  applyImmediately: true,
};
export const CUSTOMERS: PropertyMap = {
  clusterIdentifier: "customers",
  engine: "aurora-postgresql",
  engineVersion: "16.6",
  masterUsername: "scalar",
  masterPassword: "a-password",
  skipFinalSnapshot: true,
};
export const ACCOUNTS: PropertyMap = {
  name: "accounts",
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
};

export const REPLACED = "ledger-replaced";
/** What is changed of the instance once another one has its name. */
export const CHANGE = { instanceClass: "db.m5.xlarge" };
export const OTHER_NAME = "other";

/** What a provider does about them. */
export interface Switched {
  /** In the gap, after a refresh: the instance's identifier, and what becomes of it with the program as it was. */
  gap: { instance: { identifier: string; verdict: string }; cluster: "gone" | "there"; table: "gone" | "there" };
  /** Others have the names, after a refresh: whether what is found is what was created. */
  after: { instance: "same" | "another"; cluster: "same" | "another"; instanceVerdict: string };
  /** What is sent without a refresh, by the state of before. */
  deletion: Sent | undefined;
  update: Sent | undefined;
  rename: Sent | undefined;
  /** What the id of an instance is that is imported by its name. */
  imported: "resource id" | "name";
}

export const ROWS: (keyof Switched)[] = ["gap", "after", "deletion", "update", "rename", "imported"];
