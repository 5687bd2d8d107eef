/** Security settings of the pods of pauser and verification: no root, no more rights than the image has. */
export const POD_SECURITY = {
  runAsNonRoot: true,
  // The user `node` of Node's own images.
  runAsUser: 1000,
  runAsGroup: 1000,
  seccompProfile: { type: "RuntimeDefault" },
};

export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
