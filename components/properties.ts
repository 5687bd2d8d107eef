/** What is known of the copies for the products' configuration. */
export interface PropertyChange {
  /** The whole key: `scalar.db.contact_points`. */
  key: string;
  value: string;
}

/** Where each product's Helm chart takes its properties from. */
const CHART_KEYS: Record<string, [string, string]> = {
  "scalardb-cluster": ["scalardbCluster", "scalardbClusterNodeProperties"],
  ledger: ["ledger", "ledgerProperties"],
  auditor: ["auditor", "auditorProperties"],
};

/** The properties that differ for copies, with the prefix under which ScalarDB looks for them. */
export function propertyChanges(
  database: string,
  several: boolean,
  properties: Record<string, string>,
): PropertyChange[] {
  const prefix = several ? `scalar.db.multi_storage.storages.${database}.` : "scalar.db.";
  return Object.entries(properties).map(([key, value]) => ({ key: `${prefix}${key}`, value }));
}

/** A properties file with some values changed in place, and what it lacked appended. */
export function changeProperties(text: string, changes: readonly PropertyChange[]): string {
  const left = new Map(changes.map(({ key, value }) => [key, value]));
  const lines = text.replace(/\n*$/, "").split("\n");
  const changed = lines.map((line) => {
    const key = /^\s*([^#!=:\s][^=:\s]*)\s*[=:]/.exec(line)?.[1];
    const value = key === undefined ? undefined : left.get(key);
    if (key === undefined || value === undefined) return line;
    left.delete(key);
    return `${key}=${value}`;
  });
  return [
    ...changed.filter((line, index) => line !== "" || index > 0),
    ...[...left].map(([key, value]) => `${key}=${value}`),
  ]
    .join("\n")
    .concat("\n");
}

/**
 * Helm values for a product that is to use the copies, as YAML. With the product's present properties, the values can be
 * used as they are; without, they hold the lines to change.
 */
export function helmValues(product: string, changes: readonly PropertyChange[], properties?: string): string {
  const [chart, key] = CHART_KEYS[product] ?? (CHART_KEYS["scalardb-cluster"] as [string, string]);
  const text = changeProperties(properties ?? "", changes).trimStart();
  const head = properties === undefined ? ["# These lines take the place of the same keys in your properties."] : [];
  const body = text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`));
  return [...head, `${chart}:`, `  ${key}: |`, ...body, ""].join("\n");
}
