import { AwsError } from "./error";

interface Statement {
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, string | string[]>;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Who asks for what. */
export interface Request {
  action: string;
  /** Left out where the document belongs to the only resource there is. */
  resource?: string;
  /** An ARN, or a service such as `backup.amazonaws.com`; left out for a document that belongs to who asks. */
  principal?: string;
  /** What conditions may ask for, such as `aws:SourceAccount`. */
  context?: Record<string, string>;
}

/** What a policy document says to a request, by IAM's rules: a denial wins over everything. */
export function verdictOf(document: string, request: Request): "allowed" | "denied" | "silent" {
  const effects = statementsOf(document)
    .filter((statement) => applies(statement, request))
    .map((statement) => statement.Effect);
  if (effects.includes("Deny")) return "denied";
  return effects.includes("Allow") ? "allowed" : "silent";
}

/** @throws MalformedPolicyDocument */
export function checkDocument(policy: string): string {
  try {
    if (statementsOf(policy).every(({ Effect, Action }) => ["Allow", "Deny"].includes(Effect) && Action)) return policy;
  } catch {
    // Falls through to the same answer as a document without statements.
  }
  throw new AwsError("MalformedPolicyDocument", "This policy contains invalid Json");
}

/** The ARNs that a document's statements are about. */
export function resourceArns(document: string): string[] {
  return statementsOf(document)
    .flatMap(({ Resource }) => list(Resource))
    .filter((resource) => resource.startsWith("arn:"));
}

function statementsOf(document: string): Statement[] {
  const { Statement: statements } = JSON.parse(document) as { Statement: Statement | Statement[] };
  if (!statements) throw new Error("a policy has statements");
  return [statements].flat();
}

function applies(statement: Statement, { action, resource, principal, context }: Request): boolean {
  const { Principal, Action, Resource, Condition } = statement;
  if (principal !== undefined) {
    const named = Principal === "*" ? ["*"] : Object.values(Principal ?? {}).flat();
    if (!named.some((name) => name === "*" || name === principal)) return false;
  }
  if (!list(Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()))) return false;
  if (resource !== undefined && !list(Resource).some((pattern) => like(pattern, resource))) return false;
  return Object.entries(Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const value = context?.[key];
      if (value === undefined) throw new Error(`the condition ${operator} ${key} is not simulated for ${action}`);
      return list(wanted).some((pattern) => (operator === "StringLike" ? like(pattern, value) : pattern === value));
    }),
  );
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

/** Whether a text fits a pattern in which `*` matches anything. */
export function like(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
