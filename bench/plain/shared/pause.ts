import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";

/**
 * Pauses the pods every night: a CronJob on a stock image, whose script is in a ConfigMap. A Lease keeps a second pauser away, and
 * another CronJob unpauses what a killed run has left paused.
 */
export function pausePods(namespace: string, release: string): void {
  const record = new kubernetes.core.v1.ConfigMapPatch(
    "windows",
    { metadata: { name: "pause-windows", namespace } },
    { retainOnDelete: true },
  );
  const script = new kubernetes.core.v1.ConfigMap("script", {
    metadata: { namespace },
    data: { "pause.js": readFileSync(join(__dirname, "pause-script.js"), "utf8") },
  });
  const account = new kubernetes.core.v1.ServiceAccount("pauser", { metadata: { namespace } });
  const bindings = [
    {
      name: "releases",
      rules: [
        { apiGroups: [""], resources: ["pods", "services"], verbs: ["list"] },
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] },
      ],
    },
    {
      name: "record",
      rules: [
        { apiGroups: [""], resources: ["configmaps"], resourceNames: ["pause-windows"], verbs: ["get", "update"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      ],
    },
  ].map(({ name, rules }) => {
    const role = new kubernetes.rbac.v1.Role(name, { metadata: { namespace }, rules });
    return new kubernetes.rbac.v1.RoleBinding(name, {
      metadata: { namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
    });
  });
  const lease = new kubernetes.coordination.v1.LeasePatch(
    "lease",
    { metadata: { name: `pause-${release}`, namespace } },
    { retainOnDelete: true },
  );
  const cronJob = (name: string, schedule: string) =>
    new kubernetes.batch.v1.CronJob(
      name,
      {
        metadata: { name, namespace },
        spec: {
          schedule,
          timeZone: "Asia/Tokyo",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 300,
          jobTemplate: {
            spec: {
              activeDeadlineSeconds: 1550,
              backoffLimit: 3,
              template: {
                spec: {
                  restartPolicy: "Never",
                  serviceAccountName: account.metadata.name,
                  containers: [
                    {
                      name,
                      image: "docker.io/library/node:24-alpine",
                      command: ["node", "/opt/pause/pause.js"],
                      env: [{ name: "RELEASE", value: release }],
                      volumeMounts: [{ name: "script", mountPath: "/opt/pause", readOnly: true }],
                    },
                  ],
                  volumes: [{ name: "script", configMap: { name: script.metadata.name } }],
                },
              },
            },
          },
        },
      },
      { dependsOn: [record, lease, ...bindings] },
    );
  cronJob("pause", "0 3 * * *");
  cronJob("unpause", "*/10 * * * *");
  kubernetes.core.v1.ConfigMap.get("recorded", record.id);
}
