import type { SimulatedCloud } from "../../simulator/cloud/cloud";

const STORAGES = "scalar.db.multi_storage.storages.";

/** ScalarDB's properties of a set with several databases, by their storages' own keys. */
export function propertiesOf(storages: Record<string, Record<string, string>>): string {
  const lines = Object.entries(storages).flatMap(([storage, own]) =>
    Object.entries(own).map(([key, value]) => `${STORAGES}${storage}.${key}=${value}`),
  );
  return `${["# ScalarDB Cluster", "scalar.db.storage=multi-storage", ...lines].join("\n")}\n`;
}

/** Where the pods of the installed release look for a database; undefined where no release has properties. */
export function contactPointsIn({ kubernetes }: SimulatedCloud, storage: string): string | undefined {
  const text = kubernetes.releases.map(({ properties }) => properties).find((each) => each !== "") ?? "";
  const line = text.split("\n").find((each) => each.startsWith(`${STORAGES}${storage}.contact_points=`));
  return line?.slice(line.indexOf("=") + 1);
}
