/** The variable in which an operation is given how the Pulumi provider reaches its cluster, as JSON (`ClusterChoice`). */
export const KUBERNETES_ACCESS_VARIABLE = "SCALAR_BACKUP_KUBERNETES_ACCESS";
