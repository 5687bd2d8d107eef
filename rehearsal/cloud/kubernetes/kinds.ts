/** The kinds of objects that the simulated cluster serves. */

import { isObject, type ObjectManifest } from "./objects";
import { findFaults, type TypeName } from "./schema";
import type { GroupResource } from "./status";

export interface Kind extends GroupResource {
  kind: string;
  apiVersion: string;
  namespaced: boolean;
  /** The fields' table, for kinds that users declare. The cluster itself makes objects of the others. */
  fields?: TypeName;
}

function kind(
  apiVersion: string,
  name: string,
  plural: string,
  options: { namespaced?: boolean; fields?: TypeName } = {},
) {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "";
  return { kind: name, apiVersion, group, plural, namespaced: options.namespaced ?? true, fields: options.fields };
}

export const KINDS: readonly Kind[] = [
  kind("v1", "Namespace", "namespaces", { namespaced: false }),
  kind("v1", "Pod", "pods"),
  kind("v1", "Service", "services"),
  kind("v1", "ConfigMap", "configmaps", { fields: "ConfigMap" }),
  kind("v1", "Secret", "secrets", { fields: "Secret" }),
  kind("v1", "ServiceAccount", "serviceaccounts", { fields: "ServiceAccount" }),
  kind("apps/v1", "Deployment", "deployments"),
  kind("batch/v1", "CronJob", "cronjobs", { fields: "CronJob" }),
  kind("batch/v1", "Job", "jobs", { fields: "Job" }),
  kind("rbac.authorization.k8s.io/v1", "Role", "roles", { fields: "Role" }),
  kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", { fields: "RoleBinding" }),
];

/** @throws when the simulated cluster doesn't serve it */
export function kindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Kind {
  const found = KINDS.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  if (!found) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  return found;
}

export function kindByPlural(apiVersion: string, plural: string): Kind | undefined {
  return KINDS.find((known) => known.apiVersion === apiVersion && known.plural === plural);
}

interface InvalidField {
  field: string;
  message: string;
}

/** What the API server would refuse in an object of this kind. */
export function invalidFields(kind: Kind, object: ObjectManifest): InvalidField[] {
  const faults: InvalidField[] = [];
  if (kind.fields) {
    for (const { path, message } of findFaults(kind.fields, withoutServerFields(object)))
      faults.push({ field: path, message });
  }
  const name = object.metadata?.name;
  // Role names are path segments; all others of these kinds are DNS subdomains.
  const rbac = kind.group === "rbac.authorization.k8s.io";
  if (name !== undefined && (rbac ? /[/%]/.test(name) : !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name))) {
    faults.push({
      field: "metadata.name",
      message: `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    });
  }
  if (faults.length === 0 && kind.kind === "CronJob") faults.push(...invalidCronJobFields(object));
  if (faults.length === 0 && kind.kind === "ConfigMap") faults.push(...invalidConfigMapFields(object));
  return faults;
}

function withoutServerFields(object: ObjectManifest): unknown {
  const { status: _status, ...rest } = object;
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata ?? {};
  const { creationTimestamp: _created, ownerReferences: _owners, managedFields: _managers, ...declared } = metadata;
  return { ...rest, metadata: declared };
}

function invalidConfigMapFields(object: ObjectManifest): InvalidField[] {
  const bytes = [object.data, object.binaryData]
    .flatMap((values) => (isObject(values) ? Object.values(values) : []))
    .reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0);
  const keys = [object.data, object.binaryData].flatMap((values) => (isObject(values) ? Object.keys(values) : []));
  return [
    ...keys
      .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      .map((key) => ({
        field: `data[${key}]`,
        message: `Invalid value: "${key}": a valid config key must consist of alphanumeric characters, '-', '_' or '.'`,
      })),
    ...(bytes > 1_048_576 ? [{ field: "", message: "Too long: may not be more than 1048576 bytes" }] : []),
  ];
}

const CONCURRENCY_POLICIES = ["Allow", "Forbid", "Replace"];
const RESTART_POLICIES = ["OnFailure", "Never"];

function invalidCronJobFields(object: ObjectManifest): InvalidField[] {
  const spec = object.spec as CronJobSpec | undefined;
  if (!spec) return [{ field: "spec", message: "Required value" }];
  const faults: InvalidField[] = [];
  const unsupported = (field: string, value: unknown, allowed: string[]) => {
    const list = allowed.map((item) => `"${item}"`).join(", ");
    faults.push({ field, message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}` });
  };
  if (!isSchedule(spec.schedule)) {
    faults.push({ field: "spec.schedule", message: `Invalid value: "${spec.schedule}": expected exactly 5 fields` });
  }
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
    faults.push({
      field: "spec.timeZone",
      message: `Invalid value: "${spec.timeZone}": unknown time zone ${spec.timeZone}`,
    });
  }
  if (spec.concurrencyPolicy !== undefined && !CONCURRENCY_POLICIES.includes(spec.concurrencyPolicy)) {
    unsupported("spec.concurrencyPolicy", spec.concurrencyPolicy, CONCURRENCY_POLICIES);
  }
  const restartPolicy = spec.jobTemplate.spec?.template.spec?.restartPolicy;
  if (restartPolicy === undefined || !RESTART_POLICIES.includes(restartPolicy)) {
    const field = "spec.jobTemplate.spec.template.spec.restartPolicy";
    if (restartPolicy === undefined)
      faults.push({ field, message: 'Required value: valid values: "OnFailure", "Never"' });
    else unsupported(field, restartPolicy, RESTART_POLICIES);
  }
  return faults;
}

interface CronJobSpec {
  schedule: string;
  timeZone?: string;
  concurrencyPolicy?: string;
  jobTemplate: { spec?: { template: { spec?: { restartPolicy?: string } } } };
}

function isSchedule(schedule: string): boolean {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(schedule)) return true;
  const fields = schedule.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field) => /^[\d*/,\-?A-Za-z]+$/.test(field));
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "Local";
  } catch {
    return false;
  }
}
