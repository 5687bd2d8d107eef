import { type ChangedProperties, changeProperties, type PropertyChange } from "./properties";
import { settingName } from "./where-to-set";

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
 * @param replicas The number of pods, where a switch-over decides it: 0 until it starts them.
 */
export function helmValues(
  product: string,
  changes: readonly PropertyChange[],
  properties?: string,
  replicas?: number,
): string {
  const { stringify }: typeof import("yaml") = require("yaml");
  // The record of windows names the product, as text from outside: "constructor" is none.
  const [chart, key] = (Object.hasOwn(CHART_KEYS, product) && CHART_KEYS[product]) || SCALARDB_CLUSTER;
  const { text, notes } = properties === undefined ? linesToChange(changes) : changeProperties(properties, changes);
  const head = [...notesOfReplicas(replicas, properties), ...notes].map((note) => `# ${note}\n`).join("");
  const values = { ...(replicas !== undefined && { replicaCount: replicas }), [key]: text };
  return `${head}${stringify({ [chart]: values }, { version: "1.1", lineWidth: 0 })}`;
}

function notesOfReplicas(replicas: number | undefined, properties: string | undefined): string[] {
  if (replicas === undefined) return [];
  return [
    ...(properties === undefined
      ? ["INCOMPLETE: an upgrade with these values alone would remove all your other properties."]
      : []),
    replicas === 0
      ? "For the upgrade that a switch-over waits for: no pod starts before all databases are ready, and the switch-over starts as many as before."
      : "For the upgrade after a switch-over: replicaCount is the number of pods that it has started. The values before held 0.",
  ];
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
      `With your present properties in ${settingName("properties")}, these values hold them with the copies' addresses.`,
    ],
  };
}
