/** The value at a path; undefined if there is none. What every object has, such as `constructor`, is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === "object" && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}

/** The same value with another one at a path; what is not on the path is shared. */
export function withValueAt(value: unknown, [key, ...rest]: readonly PropertyKey[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((each, index) => (index === key ? withValueAt(each, rest, replacement) : each));
  const map = value !== null && typeof value === "object" ? value : {};
  return { ...map, [key]: withValueAt(Reflect.get(map, key), rest, replacement) };
}

/** `["databases", 0, "create", "tables", "a.b"]` is `databases[0].create.tables["a.b"]`, as Pulumi writes paths. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const key = String(step);
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** Names behind which there are passwords and keys. */
const SECRET_NAME = "pass(?:word|wd|phrase)|pwd|secret|token|credential|(?:access|account|api|master|private)[-_.]?key";
const SECRET_KEY = new RegExp(SECRET_NAME, "i");
/** Such a name with a value behind it: in a map, or in a text of keys and values. */
const SECRET_ENTRY = new RegExp(`(?:${SECRET_NAME})[\\w.-]*[\\\\"']*\\s*[:=]`, "i");

/** A URL with a user before its host, or a password behind it: `//user:password@host`, `jdbc:oracle:thin:user/password@host`. */
const CREDENTIALS = /\/\/.*@|jdbc:oracle:[^:]*:[^@].*@|\/\/.*(?:password|pwd)=/i;

/** Whether a value holds such a URL. */
export function holdsCredentials(value: unknown): boolean {
  return CREDENTIALS.test(JSON.stringify(value) ?? "");
}

/**
 * Whether names say that a value holds a secret: that of its key, or names in it; or a URL with a user does. A secret can be anywhere in a configuration whose maps
 * and lists are mixed up, so that its schema alone does not know.
 */
export function namesSecret(path: readonly PropertyKey[], value: unknown): boolean {
  const key = path.findLast((step) => typeof step === "string");
  return SECRET_KEY.test(String(key)) || SECRET_ENTRY.test(JSON.stringify(value) ?? "") || holdsCredentials(value);
}

/** A value as messages show it: not longer than a line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A value as one writes it in a stack's file: `{ name: ledger, days: [1, 2] }`. */
export function yamlText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlText).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).map(([key, inner]) => `${yamlText(key)}: ${yamlText(inner)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[a-z<][\w./ <>-]*$/i.test(value) && !/^(true|false|yes|no|on|off|null)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
