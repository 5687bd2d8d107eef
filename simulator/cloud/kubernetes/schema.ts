/**
 * The fields that the simulated cluster knows, by Kubernetes' own type names. A field that is not here is refused:
 * a simulation that accepts anything proves nothing.
 *
 * A field's type is `string`, `integer`, `boolean`, `quantity`, a name of this table, any of these with `[]` for a list or
 * `{}` for a map; `!` at the end says that the field must be there.
 */
export const FIELDS = {
  ObjectMeta: {
    name: "string",
    namespace: "string",
    labels: "string{}",
    annotations: "string{}",
    finalizers: "string[]",
  },

  ConfigMap: { metadata: "ObjectMeta", data: "string{}", binaryData: "string{}", immutable: "boolean" },
  Secret: { metadata: "ObjectMeta", data: "string{}", immutable: "boolean", type: "string" },
  ServiceAccount: {
    metadata: "ObjectMeta",
    automountServiceAccountToken: "boolean",
    imagePullSecrets: "LocalObjectReference[]",
  },
  LocalObjectReference: { name: "string" },

  // https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
  Lease: { metadata: "ObjectMeta", spec: "LeaseSpec" },
  LeaseSpec: {
    holderIdentity: "string",
    leaseDurationSeconds: "integer",
    acquireTime: "string",
    renewTime: "string",
    leaseTransitions: "integer",
  },

  Role: { metadata: "ObjectMeta", rules: "PolicyRule[]" },
  PolicyRule: { apiGroups: "string[]", resources: "string[]", resourceNames: "string[]", verbs: "string[]!" },
  RoleBinding: { metadata: "ObjectMeta", roleRef: "RoleRef!", subjects: "Subject[]" },
  RoleRef: { apiGroup: "string", kind: "string!", name: "string!" },
  Subject: { apiGroup: "string", kind: "string!", name: "string!", namespace: "string" },

  CronJob: { metadata: "ObjectMeta", spec: "CronJobSpec!" },
  CronJobSpec: {
    schedule: "string!",
    timeZone: "string",
    concurrencyPolicy: "string",
    startingDeadlineSeconds: "integer",
    suspend: "boolean",
    successfulJobsHistoryLimit: "integer",
    failedJobsHistoryLimit: "integer",
    jobTemplate: "JobTemplateSpec!",
  },
  Job: { metadata: "ObjectMeta", spec: "JobSpec" },
  JobTemplateSpec: { metadata: "ObjectMeta", spec: "JobSpec" },
  JobSpec: {
    activeDeadlineSeconds: "integer",
    backoffLimit: "integer",
    completions: "integer",
    parallelism: "integer",
    podFailurePolicy: "PodFailurePolicy",
    template: "PodTemplateSpec!",
    ttlSecondsAfterFinished: "integer",
  },

  PodFailurePolicy: { rules: "PodFailurePolicyRule[]!" },
  PodFailurePolicyRule: { action: "string!", onExitCodes: "PodFailurePolicyOnExitCodesRequirement" },
  PodFailurePolicyOnExitCodesRequirement: { containerName: "string", operator: "string!", values: "integer[]!" },

  PodTemplateSpec: { metadata: "ObjectMeta", spec: "PodSpec" },
  PodSpec: {
    automountServiceAccountToken: "boolean",
    containers: "Container[]!",
    enableServiceLinks: "boolean",
    imagePullSecrets: "LocalObjectReference[]",
    initContainers: "Container[]",
    nodeSelector: "string{}",
    priorityClassName: "string",
    restartPolicy: "string",
    securityContext: "PodSecurityContext",
    serviceAccountName: "string",
    terminationGracePeriodSeconds: "integer",
    tolerations: "Toleration[]",
    volumes: "Volume[]",
  },
  PodSecurityContext: {
    fsGroup: "integer",
    runAsGroup: "integer",
    runAsNonRoot: "boolean",
    runAsUser: "integer",
    seccompProfile: "SeccompProfile",
  },
  SeccompProfile: { localhostProfile: "string", type: "string!" },
  Toleration: {
    effect: "string",
    key: "string",
    operator: "string",
    tolerationSeconds: "integer",
    value: "string",
  },

  Container: {
    name: "string!",
    image: "string",
    imagePullPolicy: "string",
    command: "string[]",
    args: "string[]",
    env: "EnvVar[]",
    resources: "ResourceRequirements",
    securityContext: "SecurityContext",
    terminationMessagePath: "string",
    terminationMessagePolicy: "string",
    volumeMounts: "VolumeMount[]",
    workingDir: "string",
  },
  EnvVar: { name: "string!", value: "string", valueFrom: "EnvVarSource" },
  EnvVarSource: {
    fieldRef: "ObjectFieldSelector",
    configMapKeyRef: "ConfigMapKeySelector",
    secretKeyRef: "SecretKeySelector",
  },
  ObjectFieldSelector: { apiVersion: "string", fieldPath: "string!" },
  ConfigMapKeySelector: { key: "string!", name: "string", optional: "boolean" },
  SecretKeySelector: { key: "string!", name: "string", optional: "boolean" },
  ResourceRequirements: { limits: "quantity{}", requests: "quantity{}" },
  SecurityContext: {
    allowPrivilegeEscalation: "boolean",
    capabilities: "Capabilities",
    privileged: "boolean",
    readOnlyRootFilesystem: "boolean",
    runAsGroup: "integer",
    runAsNonRoot: "boolean",
    runAsUser: "integer",
    seccompProfile: "SeccompProfile",
  },
  Capabilities: { add: "string[]", drop: "string[]" },
  VolumeMount: { mountPath: "string!", name: "string!", readOnly: "boolean", subPath: "string" },

  Volume: {
    name: "string!",
    configMap: "ConfigMapVolumeSource",
    emptyDir: "EmptyDirVolumeSource",
    secret: "SecretVolumeSource",
  },
  ConfigMapVolumeSource: { name: "string", defaultMode: "integer", items: "KeyToPath[]", optional: "boolean" },
  SecretVolumeSource: { secretName: "string", defaultMode: "integer", items: "KeyToPath[]", optional: "boolean" },
  KeyToPath: { key: "string!", mode: "integer", path: "string!" },
  EmptyDirVolumeSource: { medium: "string", sizeLimit: "quantity" },
} as const;

export type TypeName = keyof typeof FIELDS;

export interface Problem {
  /** Such as `spec.jobTemplate.spec.template.spec.containers[0].image`. */
  path: string;
  reason: "unknown" | "type" | "required";
  message: string;
}

export interface FieldType {
  name: string;
  list: boolean;
  map: boolean;
  required: boolean;
}

/** What the table's texts mean: each is read for every object that is written. */
const parsed = new Map<string, FieldType>();

export function parseFieldType(text: string): FieldType {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const type = {
    name: text.replace(/(\[\]|\{\})?!?$/, ""),
    list: text.includes("[]"),
    map: text.includes("{}"),
    required: text.endsWith("!"),
  };
  parsed.set(text, type);
  return type;
}

/** All problems of `value` as a `type` of the table. Values for which `isUnknown` returns true are not checked. */
export function findProblems(
  type: TypeName,
  value: unknown,
  isUnknown: (value: unknown) => boolean = () => false,
): Problem[] {
  return [...objectProblems(type, value, "", isUnknown)];
}

function* objectProblems(
  type: TypeName,
  value: unknown,
  path: string,
  isUnknown: (value: unknown) => boolean,
): Generator<Problem> {
  if (isUnknown(value)) return;
  if (!isPlainObject(value)) {
    yield { path, reason: "type", message: `expected an object, got ${describe(value)}` };
    return;
  }
  const fields: Record<string, string> = FIELDS[type];
  for (const [name, text] of Object.entries(fields)) {
    const field = parseFieldType(text);
    if (field.required && (value[name] === undefined || value[name] === null)) {
      yield { path: join(path, name), reason: "required", message: "Required value" };
    }
  }
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    const text = fields[name];
    if (path === "" && (name === "apiVersion" || name === "kind")) continue;
    if (text === undefined) {
      yield {
        path: join(path, name),
        reason: "unknown",
        message: `unknown field "${join(path, name)}": ${type} has ${Object.keys(fields).join(", ")} in the simulated cluster`,
      };
      continue;
    }
    yield* fieldProblems(parseFieldType(text), item, join(path, name), isUnknown);
  }
}

function* fieldProblems(
  field: FieldType,
  value: unknown,
  path: string,
  isUnknown: (value: unknown) => boolean,
): Generator<Problem> {
  if (isUnknown(value)) return;
  const single = { ...field, list: false, map: false };
  if (field.list) {
    if (!Array.isArray(value)) yield { path, reason: "type", message: `expected a list, got ${describe(value)}` };
    else
      for (const [index, item] of value.entries()) yield* fieldProblems(single, item, `${path}[${index}]`, isUnknown);
  } else if (field.map) {
    if (!isPlainObject(value)) yield { path, reason: "type", message: `expected a map, got ${describe(value)}` };
    else
      for (const [key, item] of Object.entries(value)) yield* fieldProblems(single, item, join(path, key), isUnknown);
  } else if (field.name in FIELDS) {
    yield* objectProblems(field.name as TypeName, value, path, isUnknown);
  } else if (!isScalar(field.name, value)) {
    yield { path, reason: "type", message: `expected ${article(field.name)}, got ${describe(value)}` };
  }
}

function isScalar(type: string, value: unknown): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "quantity":
      return (
        typeof value === "number" ||
        (typeof value === "string" && /^[+-]?[\d.]+([eE][+-]?\d+|[KMGTPE]i?|[numk])?$/.test(value))
      );
    default:
      throw new Error(`the simulated cluster's schema has no type ${type}`);
  }
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const article = (type: string) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

function describe(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : JSON.stringify(value);
}

/** Property paths are written as Pulumi writes them: keys with dots or brackets are quoted. */
function join(path: string, key: string): string {
  if (/[."[\]]/.test(key)) return `${path}["${key.replaceAll('"', '\\"')}"]`;
  return path === "" ? key : `${path}.${key}`;
}
