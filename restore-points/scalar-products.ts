/** The labels of Scalar's Helm charts, by which releases are found in a cluster. */
export const INSTANCE_LABEL = "app.kubernetes.io/instance";
export const APP_LABEL = "app.kubernetes.io/app";

/** Scalar's products by their `app` label, with the admin port's name in the headless Service. */
export const ADMIN_PORTS: Readonly<Record<string, string>> = {
  "scalardb-cluster": "scalardb-cluster",
  ledger: "scalardl-admin",
  auditor: "scalardl-auditor-admin",
};

/** ScalarDL Ledger, whose assets are in transactional tables. */
export const LEDGER = "ledger";

/** ScalarDL Auditor, which runs no ScalarDB transactions: each table of its schema has `"transaction": false`. */
export const AUDITOR = "auditor";

/** What to do where a coordinator is missing or empty. @param key of the release, where it is known */
export function auditorHint(key = "pause.releases[].transactions"): string {
  return `if the release is ScalarDL Auditor, which runs no ScalarDB transactions, set ${key} to false`;
}

/** The name suffix of the Service with the admin port. */
export const HEADLESS_SUFFIX = "-headless";
