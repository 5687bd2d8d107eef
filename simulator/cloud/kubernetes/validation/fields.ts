/** The forms of names and numbers in Kubernetes, with its own words for what is wrong. */

export interface InvalidField {
  /** Such as `spec.ports[0].targetPort`. */
  field: string;
  message: string;
}

/** A value's problem as the end of a message; undefined when it has none. */
type Rule = (value: string) => string | undefined;

const form =
  (pattern: RegExp, most: number, what: string): Rule =>
  (value) => {
    if (value.length > most) return `must be no more than ${most} characters`;
    return pattern.test(value) ? undefined : what;
  };

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const subdomain = form(
  SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
);

const plainLabel = form(
  new RegExp(`^${LABEL}$`),
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
);

export const label: Rule = (value) => (value.includes(".") ? "must not contain dots" : plainLabel(value));

/** The name of a container's port, or a reference to it: shorter than the name of a Service's port. */
export const portName: Rule = (value) => {
  if (value.length > 15) return "must be no more than 15 characters";
  if (!/^[-a-z0-9]+$/.test(value)) return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  if (!/[a-z]/.test(value)) return "must contain at least one letter (a-z)";
  if (value.includes("--")) return "must not contain consecutive hyphens";
  return /^-|-$/.test(value) ? "must not begin or end with a hyphen" : undefined;
};

export const labelValue: Rule = (value) => {
  if (value.length > 63) return "must be no more than 63 bytes";
  if (value === "" || QUALIFIED_NAME.test(value)) return undefined;
  return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
};

/** `name` or `prefix/name`: the key of a label or an annotation. */
export const qualifiedName: Rule = (value) => {
  const [name = "", prefix, ...rest] = value.split("/").reverse();
  const described =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  if (rest.length > 0) return `a valid label key ${described}`;
  if (prefix !== undefined && subdomain(prefix)) return `prefix part ${subdomain(prefix)}`;
  if (name.length > 63) return "name part must be no more than 63 bytes";
  return QUALIFIED_NAME.test(name) ? undefined : `name part ${described}`;
};

export const pathSegment: Rule = (value) => {
  if (value === "." || value === "..") return `may not be '${value}'`;
  const bad = /[/%]/.exec(value)?.[0];
  return bad && `may not contain '${bad}'`;
};

/** Collects what is wrong with one object. */
export class Problems {
  readonly found: InvalidField[] = [];

  add(field: string, message: string): void {
    this.found.push({ field, message });
  }

  required(field: string, hint = ""): void {
    this.add(field, `Required value${hint && `: ${hint}`}`);
  }

  invalid(field: string, value: unknown, problem: string): void {
    this.add(field, `Invalid value: ${typeof value === "number" ? value : `"${value}"`}: ${problem}`);
  }

  /** A value that may be left out, but must have this form if it is there. */
  formed(field: string, value: unknown, rule: Rule): void {
    if (value === undefined || value === null) return;
    const problem = rule(String(value));
    if (problem !== undefined) this.invalid(field, value, problem);
  }

  oneOf(field: string, value: unknown, allowed: readonly string[]): void {
    if (value === undefined || allowed.includes(String(value))) return;
    const list = allowed.map((item) => `"${item}"`).join(", ");
    this.add(field, `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`);
  }

  notNegative(field: string, value: unknown): void {
    if (typeof value === "number" && value < 0) this.invalid(field, value, "must be greater than or equal to 0");
  }

  between(field: string, value: unknown, least: number, most: number): void {
    if (typeof value === "number" && (value < least || value > most))
      this.invalid(field, value, `must be between ${least} and ${most}, inclusive`);
  }

  /** Names the second of each pair of equals. */
  unique(items: readonly unknown[], fieldOf: (index: number) => string): void {
    const seen = new Set<unknown>();
    for (const [index, item] of items.entries()) {
      if (item === undefined || item === "") continue;
      if (seen.has(item)) this.add(fieldOf(index), `Duplicate value: ${JSON.stringify(item)}`);
      seen.add(item);
    }
  }
}
