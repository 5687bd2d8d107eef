/** How Scalar's Helm charts label what they install: by these, releases are found in a cluster. */
export const INSTANCE_LABEL = "app.kubernetes.io/instance";
export const APP_LABEL = "app.kubernetes.io/app";

/** Scalar's products by their `app` label, with the admin port's name in the headless Service. */
export const ADMIN_PORTS: Readonly<Record<string, string>> = {
  "scalardb-cluster": "scalardb-cluster",
  ledger: "scalardl-admin",
  auditor: "scalardl-auditor-admin",
};

/** What the name of the Service ends in that has the admin port. */
export const HEADLESS_SUFFIX = "-headless";
