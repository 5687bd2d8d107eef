import preview from "./aws/preview.json";
import recover from "./aws/recover.json";
import restore from "./aws/restore.json";
import up from "./aws/up.json";

/** A statement of an IAM policy, in the form that the documents use. */
export interface Statement {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: string[];
  /** Values of condition keys by operator, `StringEquals` or `StringLike`. */
  Condition?: Record<string, Record<string, string> | undefined>;
}

export interface Document {
  Version: string;
  Statement: Statement[];
}

/** Who needs which document; each also needs those before it. */
export const AWS_DOCUMENTS = { preview, up, restore, recover } satisfies Record<string, Document>;

/** What the documents have placeholders for. One with several values stands for each of them. */
export type Placeholders = Record<string, readonly string[]>;

/** A document without placeholders. A resource for whose placeholder there is no value is left out, and a statement without resources. */
export function filledDocument({ Version, Statement }: Document, values: Placeholders): Document {
  return {
    Version,
    Statement: Statement.map((statement) => ({
      ...statement,
      Resource: [...new Set(statement.Resource.flatMap((resource) => filled(resource, values)))],
    })).filter(({ Resource }) => Resource.length > 0),
  };
}

function filled(text: string, values: Placeholders): string[] {
  const placeholder = /\$\{(\w+)\}/.exec(text);
  if (!placeholder) return [text];
  const [whole, name = ""] = placeholder;
  return (values[name] ?? []).flatMap((value) => filled(text.replace(whole, value), values));
}
