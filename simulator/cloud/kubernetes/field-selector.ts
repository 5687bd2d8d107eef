import { isObject, type KubernetesObject } from "./objects";
import { StatusError } from "./status";

/** @throws {StatusError} BadRequest for a selector that cannot be parsed */
export function matchesFields(selector: string, object: KubernetesObject): boolean {
  return selector
    .split(",")
    .filter((term) => term !== "")
    .every((term) => {
      const [, path, operator, value] = /^([\w.]+)(!=|==|=)(.*)$/.exec(term) ?? [];
      if (path === undefined)
        throw new StatusError("BadRequest", `invalid selector: '${selector}'; can't understand '${term}'`);
      const actual = path
        .split(".")
        .reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), object);
      return operator === "!=" ? actual !== value : actual === value;
    });
}
