import { type ChangedProperties, changeProperties, type PropertyChange } from "./properties";

/** The chart's own key, and the one of its properties. */
type ChartKeys = readonly [chart: string, properties: string];

/** Where each product's Helm chart takes its properties from. */
const SCALARDB_CLUSTER: ChartKeys = ["scalardbCluster", "scalardbClusterNodeProperties"];
const CHART_KEYS: Record<string, ChartKeys> = {
  "scalardb-cluster": SCALARDB_CLUSTER,
  ledger: ["ledger", "ledgerProperties"],
  auditor: ["auditor", "auditorProperties"],
};

/**
 * Helm values for a product that is to use the copies, as YAML. With the product's present properties, the values can be
 * used as they are; without, they hold the lines to change.
 */
export function helmValues(product: string, changes: readonly PropertyChange[], properties?: string): string {
  const { stringify }: typeof import("yaml") = require("yaml");
  const [chart, key] = CHART_KEYS[product] ?? SCALARDB_CLUSTER;
  const { text, notes } = properties === undefined ? linesToChange(changes) : changeProperties(properties, changes);
  const head = notes.map((note) => `# ${note}\n`).join("");
  return `${head}${stringify({ [chart]: { [key]: text } }, { version: "1.1", lineWidth: 0 })}`;
}

function linesToChange(changes: readonly PropertyChange[]): ChangedProperties {
  const urls = changes.some(({ value }) => value.startsWith("jdbc:"));
  return {
    text: changeProperties("", changes).text,
    notes: [
      "These lines take the place of the same keys in your properties.",
      ...(urls
        ? [
            "Of a JDBC URL take host and port only: database and parameters (after the question mark or semicolon) are those of your present URL.",
          ]
        : []),
      "With your present properties in scalar-backup:properties, these values hold them with the copies' addresses.",
    ],
  };
}
