import { label, labelValue, type Problems, portName, qualifiedName, subdomain } from "./fields";

/** What is looked at in a pod's spec. */
export interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  volumes?: { name: string; configMap?: { name?: string }; secret?: { secretName?: string } }[];
  restartPolicy?: string;
  serviceAccountName?: string;
  priorityClassName?: string;
  securityContext?: SecurityContext;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
}

interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort?: number }[];
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string }[];
  resources?: { requests?: Record<string, unknown>; limits?: Record<string, unknown> };
  securityContext?: SecurityContext;
}

interface SecurityContext {
  runAsUser?: number;
  runAsGroup?: number;
  seccompProfile?: { type?: string };
}

/** [k8s.io/apimachinery/pkg/util/validation, IsValidUserID] */
const MAXIMUM_ID = 2 ** 31 - 1;
const POD_FIELDS =
  /^(metadata\.(name|namespace|uid)|metadata\.(labels|annotations)(\['[^']+'\])?|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

/** @param at the spec's path, such as `spec.jobTemplate.spec.template.spec` */
export function checkPodSpec(problems: Problems, spec: PodSpec, at: string): void {
  const { containers = [], initContainers = [], volumes = [] } = spec;
  for (const [index, { name, configMap, secret }] of volumes.entries()) {
    const field = `${at}.volumes[${index}]`;
    problems.formed(`${field}.name`, name, label);
    if (configMap && !configMap.name) problems.required(`${field}.configMap.name`);
    if (secret && !secret.secretName) problems.required(`${field}.secret.secretName`);
  }
  const volumeNames = volumes.map(({ name }) => name);
  problems.unique(volumeNames, (index) => `${at}.volumes[${index}].name`);
  if (containers.length === 0) problems.required(`${at}.containers`);
  for (const [index, container] of containers.entries())
    checkContainer(problems, container, volumeNames, `${at}.containers[${index}]`);
  for (const [index, container] of initContainers.entries())
    checkContainer(problems, container, volumeNames, `${at}.initContainers[${index}]`);
  // The names of both lists are one namespace. [kubernetes: pkg/apis/core/validation, validateInitContainers]
  const all = [...containers, ...initContainers].map(({ name }) => name);
  problems.unique(all, (index) =>
    index < containers.length
      ? `${at}.containers[${index}].name`
      : `${at}.initContainers[${index - containers.length}].name`,
  );
  problems.formed(`${at}.serviceAccountName`, spec.serviceAccountName, subdomain);
  problems.formed(`${at}.priorityClassName`, spec.priorityClassName, subdomain);
  checkSecurityContext(problems, spec.securityContext, `${at}.securityContext`);
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
    problems.formed(`${at}.nodeSelector`, key, qualifiedName);
    problems.formed(`${at}.nodeSelector`, value, labelValue);
  }
  for (const [index, toleration] of (spec.tolerations ?? []).entries())
    checkToleration(problems, toleration, `${at}.tolerations[${index}]`);
}

/** [kubernetes: pkg/apis/core/validation, ValidateTolerations] */
function checkToleration(
  problems: Problems,
  { key, operator = "", value = "", effect = "", tolerationSeconds }: Toleration,
  at: string,
): void {
  if (key) problems.formed(`${at}.key`, key, qualifiedName);
  else if (operator !== "Exists")
    problems.invalid(
      `${at}.operator`,
      operator,
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
    );
  if (tolerationSeconds !== undefined && effect !== "NoExecute")
    problems.invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
  if (operator === "Exists") {
    if (value !== "") problems.invalid(`${at}.operator`, operator, "value must be empty when `operator` is 'Exists'");
  } else if (["", "Equal"].includes(operator)) problems.formed(`${at}.operator`, value, labelValue);
  else problems.oneOf(`${at}.operator`, operator, ["Equal", "Exists"]);
  if (effect !== "") problems.oneOf(`${at}.effect`, effect, ["NoExecute", "NoSchedule", "PreferNoSchedule"]);
}

function checkContainer(problems: Problems, container: Container, volumes: string[], at: string): void {
  const { ports = [], env = [], volumeMounts = [] } = container;
  problems.formed(`${at}.name`, container.name, label);
  if (!container.image) problems.required(`${at}.image`);
  for (const [index, { name, containerPort }] of ports.entries()) {
    problems.formed(`${at}.ports[${index}].name`, name, portName);
    if (!containerPort) problems.required(`${at}.ports[${index}].containerPort`);
    else problems.between(`${at}.ports[${index}].containerPort`, containerPort, 1, 65_535);
  }
  problems.unique(
    ports.map(({ name }) => name),
    (index) => `${at}.ports[${index}].name`,
  );
  for (const [index, { name, value, valueFrom }] of env.entries()) {
    const field = `${at}.env[${index}]`;
    if (!/^[ -<>-~]+$/.test(name))
      problems.invalid(
        `${field}.name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      );
    if (value && valueFrom)
      problems.invalid(`${field}.valueFrom`, "", "may not be specified when `value` is not empty");
    const path = valueFrom?.fieldRef?.fieldPath;
    if (path !== undefined && !POD_FIELDS.test(path))
      problems.invalid(
        `${field}.valueFrom.fieldRef.fieldPath`,
        path,
        `error converting fieldPath: field label not supported: ${path}`,
      );
  }
  const paths = new Set<string>();
  for (const [index, { name, mountPath }] of volumeMounts.entries()) {
    const field = `${at}.volumeMounts[${index}]`;
    if (!volumes.includes(name)) problems.add(`${field}.name`, `Not found: "${name}"`);
    if (paths.has(mountPath)) problems.invalid(`${field}.mountPath`, mountPath, "must be unique");
    paths.add(mountPath);
  }
  checkResources(problems, container.resources ?? {}, `${at}.resources`);
  checkSecurityContext(problems, container.securityContext, `${at}.securityContext`);
}

function checkResources(
  problems: Problems,
  { requests = {}, limits = {} }: NonNullable<Container["resources"]>,
  at: string,
): void {
  for (const [part, quantities] of Object.entries({ limits, requests })) {
    for (const [name, quantity] of Object.entries(quantities)) {
      if (amount(quantity) < 0)
        problems.invalid(`${at}.${part}[${name}]`, String(quantity), "must be greater than or equal to 0");
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && amount(request) > amount(limit))
      problems.invalid(`${at}.requests`, String(request), `must be less than or equal to ${name} limit of ${limit}`);
  }
}

function checkSecurityContext(problems: Problems, context: SecurityContext | undefined, at: string): void {
  for (const key of ["runAsUser", "runAsGroup"] as const)
    problems.between(`${at}.${key}`, context?.[key], 0, MAXIMUM_ID);
  const profiles = ["Localhost", "RuntimeDefault", "Unconfined"];
  problems.oneOf(`${at}.seccompProfile.type`, context?.seccompProfile?.type, profiles);
}

/** [k8s.io/apimachinery/pkg/api/resource/suffix.go] */
const DECIMAL = { n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
/** [k8s.io/apimachinery/pkg/api/resource/suffix.go] */
const BINARY = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
const SUFFIXES: Record<string, number> = { ...DECIMAL, ...BINARY };

/** A quantity such as `100m` or `96Mi`; its form has been checked. */
function amount(quantity: unknown): number {
  const [, number = "0", suffix = ""] = /^(.*?)([A-Za-z]*)$/.exec(String(quantity)) ?? [];
  return Number(number) * (SUFFIXES[suffix] ?? 1);
}
