/** What the API server fills in where a manifest says nothing. */

import type { ObjectManifest } from "./objects";

type Fields = Record<string, unknown>;

export function setDefaults(object: ObjectManifest): void {
  if (object.kind === "CronJob") defaultCronJob(object.spec as Fields | undefined);
  if (object.kind === "Job") defaultJob(object.spec as Fields | undefined);
  if (object.kind === "RoleBinding") defaultRoleBinding(object);
}

function defaultCronJob(spec: Fields | undefined): void {
  if (!spec) return;
  spec.concurrencyPolicy ??= "Allow";
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  defaultJob((spec.jobTemplate as Fields | undefined)?.spec as Fields | undefined);
}

function defaultJob(spec: Fields | undefined): void {
  defaultPod((spec?.template as Fields | undefined)?.spec as Fields | undefined);
}

function defaultPod(spec: Fields | undefined): void {
  if (!spec) return;
  spec.restartPolicy ??= "Always";
  spec.terminationGracePeriodSeconds ??= 30;
  for (const container of [spec.containers ?? [], spec.initContainers ?? []].flat() as Fields[]) {
    const tag = /:([^:/]+)$/.exec(String(container.image ?? ""))?.[1];
    container.imagePullPolicy ??= tag === undefined || tag === "latest" ? "Always" : "IfNotPresent";
    container.terminationMessagePath ??= "/dev/termination-log";
    container.terminationMessagePolicy ??= "File";
  }
  for (const volume of (spec.volumes ?? []) as Fields[]) {
    const configMap = volume.configMap as Fields | undefined;
    if (configMap) configMap.defaultMode ??= 0o644;
    const secret = volume.secret as Fields | undefined;
    if (secret) secret.defaultMode ??= 0o644;
  }
}

function defaultRoleBinding(object: ObjectManifest): void {
  const roleRef = object.roleRef as Fields | undefined;
  if (roleRef) roleRef.apiGroup ??= "rbac.authorization.k8s.io";
}
