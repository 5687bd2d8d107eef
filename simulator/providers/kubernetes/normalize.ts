import { isObject } from "../../cloud/kubernetes/objects";
import { FIELDS, parseFieldType, type TypeName } from "../../cloud/kubernetes/schema";
import { type PropertyMap, type PropertyValue, UNKNOWN } from "../provider";

/**
 * Inputs as they look after a trip through Kubernetes' own types (normalizeInputs): empty lists and maps are left out.
 * As long as anything is unknown, the real provider leaves inputs as they are.
 */
export function normalize(type: TypeName, inputs: PropertyMap): PropertyMap {
  return hasUnknown(inputs) ? inputs : withoutEmpty(type, inputs);
}

function withoutEmpty(type: TypeName, object: PropertyMap): PropertyMap {
  const fields: Record<string, string> = FIELDS[type];
  const result: PropertyMap = {};
  for (const [name, value] of Object.entries(object)) {
    const field = fields[name] === undefined ? undefined : parseFieldType(fields[name]);
    const nested = field && field.name in FIELDS ? (field.name as TypeName) : undefined;
    if (field && !field.required && (field.list || field.map) && isEmpty(value)) continue;
    if (nested && Array.isArray(value)) result[name] = value.map((item) => withoutEmptyInside(nested, item));
    else result[name] = nested ? withoutEmptyInside(nested, value) : value;
  }
  return result;
}

const withoutEmptyInside = (type: TypeName, value: PropertyValue) =>
  isObject(value) ? withoutEmpty(type, value as PropertyMap) : value;

const isEmpty = (value: PropertyValue) =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;

export function hasUnknown(value: PropertyValue): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value as PropertyMap).some(hasUnknown);
}
