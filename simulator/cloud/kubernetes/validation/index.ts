/**
 * What the API server refuses of an object, beyond the fields that it has. `npm run test:cluster` holds it against a real
 * one, case by case (test/simulator/cloud/kubernetes/verdicts.ts).
 */

import type { Kind } from "../kinds";
import { isObject, type ObjectManifest } from "../objects";
import { findProblems } from "../schema";
import { checkCronJob, checkJob } from "./cron-job";
import {
  type InvalidField,
  label,
  labelValue,
  Problems,
  pathSegment,
  portName,
  qualifiedName,
  subdomain,
} from "./fields";
import { checkPodSpec } from "./pod";

const RBAC = "rbac.authorization.k8s.io";

/** What the API server would refuse in an object of this kind, in its own words. */
export function invalidFields(kind: Kind, object: ObjectManifest): InvalidField[] {
  const problems = new Problems();
  if (kind.fields) {
    for (const { path, message } of findProblems(kind.fields, withoutServerFields(object))) problems.add(path, message);
  }
  checkMetadata(problems, kind, object);
  // With fields of another form nothing more can be said of their values.
  if (problems.found.length === 0) checkContent(problems, kind, object);
  return problems.found;
}

function checkContent(problems: Problems, kind: Kind, object: ObjectManifest): void {
  // biome-ignore lint/suspicious/noExplicitAny: what the fields are was checked before
  const { spec, roleRef, rules = [], subjects = [] } = object as Record<string, any>;
  if (kind.kind === "CronJob") checkCronJob(problems, object.metadata?.name, spec);
  if (kind.kind === "Job") checkJob(problems, spec ?? {}, "spec");
  if (kind.kind === "Pod") checkPodSpec(problems, spec ?? {}, "spec");
  if (kind.kind === "Service") checkService(problems, spec?.ports ?? []);
  if (kind.kind === "ConfigMap") checkConfigMap(problems, object);
  if (kind.kind === "Role") checkRules(problems, rules);
  if (kind.kind === "RoleBinding") {
    problems.oneOf("roleRef.kind", roleRef.kind, ["Role", "ClusterRole"]);
    if (!roleRef.name) problems.required("roleRef.name");
    for (const [index, subject] of subjects.entries())
      problems.oneOf(`subjects[${index}].kind`, subject.kind, ["ServiceAccount", "User", "Group"]);
  }
}

function withoutServerFields(object: ObjectManifest): unknown {
  const { status: _status, ...rest } = object;
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata ?? {};
  const { creationTimestamp: _created, ownerReferences: _owners, managedFields: _managers, ...declared } = metadata;
  return { ...rest, metadata: declared };
}

function checkMetadata(problems: Problems, kind: Kind, { metadata = {} }: ObjectManifest): void {
  const nameForm = kind.group === RBAC ? pathSegment : /^(Service|Namespace)$/.test(kind.kind) ? label : subdomain;
  problems.formed("metadata.name", metadata.name, nameForm);
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    problems.formed("metadata.labels", key, qualifiedName);
    problems.formed("metadata.labels", value, labelValue);
  }
  for (const key of Object.keys(metadata.annotations ?? {}))
    problems.formed("metadata.annotations", key.toLowerCase(), qualifiedName);
}

function checkService(
  problems: Problems,
  ports: { name?: string; port: number; targetPort?: number | string }[],
): void {
  for (const [index, { name, port, targetPort }] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    if (ports.length > 1 && !name) problems.required(`${field}.name`);
    problems.formed(`${field}.name`, name, label);
    problems.between(`${field}.port`, port, 1, 65_535);
    if (typeof targetPort === "string") problems.formed(`${field}.targetPort`, targetPort, portName);
    // 0 is the port itself.
    else if (targetPort !== 0) problems.between(`${field}.targetPort`, targetPort, 1, 65_535);
  }
  problems.unique(
    ports.map(({ name }) => name),
    (index) => `spec.ports[${index}].name`,
  );
}

function checkConfigMap(problems: Problems, { data, binaryData }: ObjectManifest): void {
  const entries = [data, binaryData].flatMap((values) => (isObject(values) ? Object.entries(values) : []));
  for (const [key] of entries) {
    if (key === "." || key === "..") problems.invalid(`data[${key}]`, key, `must not be '${key}'`);
    else if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      problems.invalid(
        `data[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      );
  }
  const bytes = entries.reduce((sum, [, value]) => sum + Buffer.byteLength(String(value)), 0);
  if (bytes > 1_048_576) problems.add("[]", "Too long: may not be more than 1048576 bytes");
}

function checkRules(
  problems: Problems,
  rules: { apiGroups?: string[]; resources?: string[]; verbs?: string[] }[],
): void {
  const needed = {
    verbs: "verbs must contain at least one value",
    apiGroups: "resource rules must supply at least one api group",
    resources: "resource rules must supply at least one resource",
  };
  for (const [index, rule] of rules.entries()) {
    for (const [key, hint] of Object.entries(needed)) {
      if ((rule[key as keyof typeof needed] ?? []).length === 0) problems.required(`rules[${index}].${key}`, hint);
    }
  }
}
