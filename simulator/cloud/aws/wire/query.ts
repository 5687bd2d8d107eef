import { AwsError } from "../error";

/** How the text of a form is to be read. A list of structures names its elements, as in `Filters.Filter.1.Name`. */
export type Member =
  | "string"
  | "number"
  | "boolean"
  | "timestamp"
  | { list: string; of: Member }
  | { structure: Record<string, Member> };

export interface QueryOperation {
  members: Record<string, Member>;
  /** The caller needs no credentials. */
  unsigned?: true;
  // The members were checked; each operation gives them their SDK's type.
  // biome-ignore lint/suspicious/noExplicitAny: a request's type differs from operation to operation
  run(input: any, region: string): object;
}

/** A service of the query protocol: form in, XML out. */
export interface QueryOperations {
  namespace: string;
  /** What IAM's actions begin with; absent where none is needed. */
  action?: string;
  operations: Record<string, QueryOperation>;
  /** What an element of a list is called in XML, by the list's name. */
  elementNames: Record<string, string>;
}

/** Finds the operation and reads its request; what comes back runs it in a region. [Amazon RDS API Reference, Common Errors] */
export function readQuery(service: QueryOperations, action: string, form: URLSearchParams): (region: string) => object {
  const operation = service.operations[action];
  if (!operation) throw new AwsError("InvalidAction", `The action ${action} is not simulated`);
  const tree: Tree = {};
  for (const [path, value] of form) {
    if (path === "Action" || path === "Version") continue;
    insert(tree, path.split("."), value);
  }
  const input = structure(operation.members, tree, action);
  return (region) => operation.run(input, region);
}

type Tree = { [key: string]: string | Tree };

function insert(tree: Tree, [first, ...rest]: string[], value: string): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  tree[first] ??= {};
  insert(tree[first] as Tree, rest, value);
}

function structure(members: Record<string, Member>, tree: Tree, path: string): object {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      const member = members[name];
      if (!member)
        throw new AwsError("InvalidParameterValue", `The parameter ${name} of ${path} is unknown or not simulated`);
      return [name, read(member, value, `${path}.${name}`)];
    }),
  );
}

/** Inferred how AWS names a value that it can't read: a number that is none would decide it. */
function read(member: Member, value: string | Tree, path: string): unknown {
  if (typeof member === "object") {
    if (typeof value === "string") {
      // The SDK sends an empty list as an empty value.
      if (value === "" && "list" in member) return [];
      throw malformed(path, value);
    }
    if ("structure" in member) return structure(member.structure, value, path);
    const elements = value[member.list] ?? value.member;
    if (typeof elements !== "object") throw malformed(path, JSON.stringify(value));
    return Object.keys(elements)
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => read(member.of, elements[index] as string | Tree, `${path}.${index}`));
  }
  if (typeof value !== "string") throw malformed(path, JSON.stringify(value));
  if (member === "string") return value;
  if (member === "boolean" && (value === "true" || value === "false")) return value === "true";
  if (member === "number" && Number.isFinite(Number(value))) return Number(value);
  if (member === "timestamp" && !Number.isNaN(Date.parse(value))) return new Date(value);
  throw malformed(path, value);
}

function malformed(path: string, value: string): AwsError {
  return new AwsError("MalformedInput", `The value ${value} of ${path} can't be read`);
}

export function queryBody(service: QueryOperations, action: string, output: object, requestId: string): string {
  const result = xml(output, service.elementNames);
  return (
    `<?xml version="1.0"?><${action}Response xmlns="${service.namespace}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  );
}

export function queryError(error: AwsError, requestId: string): string {
  return (
    `<?xml version="1.0"?><ErrorResponse><Error><Type>Sender</Type><Code>${error.code}</Code>` +
    `<Message>${escaped(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

function xml(value: object, elementNames: Record<string, string>): string {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => {
      if (!Array.isArray(member)) return element(name, member, elementNames);
      const inner = member.map((each) => element(elementNames[name] ?? "member", each, elementNames)).join("");
      return `<${name}>${inner}</${name}>`;
    })
    .join("");
}

function element(name: string, value: unknown, elementNames: Record<string, string>): string {
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === "object" && value !== null) return `<${name}>${xml(value, elementNames)}</${name}>`;
  return `<${name}>${escaped(String(value))}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
