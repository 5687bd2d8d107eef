import { isObject, type KubernetesObject } from "./objects";
import { StatusError } from "./status";

const TERM = /^([\w.]+)(!=|==|=)(.*)$/;

/**
 * The fields by which objects can be selected, besides their name and namespace.
 * [kubernetes: pkg/apis/core/v1/conversion.go, addFieldLabelConversionFuncs; pkg/apis/batch/v1/conversion.go]
 */
const FIELDS: Record<string, readonly string[]> = {
  Job: ["status.successful"],
  Namespace: ["status.phase"],
  Pod: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  Secret: ["type"],
  Service: ["spec.clusterIP", "spec.type"],
};

/**
 * @throws {StatusError} BadRequest for a selector that cannot be parsed, or by a field that is none of the kind's
 * [k8s.io/apimachinery/pkg/fields/selector.go, parseSelector; pkg/runtime/conversion.go, DefaultMetaV1FieldSelectorConversion]
 */
export function checkFields(selector: string, kind: string): void {
  for (const term of termsOf(selector)) {
    const path = TERM.exec(term)?.[1];
    if (path === undefined)
      throw new StatusError("BadRequest", `invalid selector: '${selector}'; can't understand '${term}'`);
    const own = FIELDS[kind];
    if (path === "metadata.name" || path === "metadata.namespace" || own?.includes(path)) continue;
    if (own) throw new StatusError("BadRequest", `field label not supported: ${path}`);
    throw new StatusError(
      "BadRequest",
      `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
}

export function matchesFields(selector: string, object: KubernetesObject): boolean {
  return termsOf(selector).every((term) => {
    const [, path = "", operator, value] = TERM.exec(term) ?? [];
    const actual = path.split(".").reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), object);
    return operator === "!=" ? actual !== value : actual === value;
  });
}

const termsOf = (selector: string) => selector.split(",").filter((term) => term !== "");
