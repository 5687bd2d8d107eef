import {
  AWS_DOCUMENTS,
  type Document,
  filledDocument,
  type Placeholders,
  type Statement,
} from "../../../permissions/aws";
import { type Access, verdictOf } from "../../../simulator/cloud/aws/aws";
import { WHO, type Who } from "./phases";

/** One right: an action in a statement of a document. */
export interface Right {
  who: Who;
  statement: Statement;
  action: string;
}

export const nameOf = ({ who, statement, action }: Right) => `${who}: ${statement.Sid}: ${action}`;

/** The rights of somebody, with those that the documents before give. */
export function rightsOf(who: Who, values: Placeholders): Right[] {
  return WHO.slice(0, WHO.indexOf(who) + 1).flatMap((each) =>
    // Cast: JSON's type has a condition for some statements only.
    filledDocument(AWS_DOCUMENTS[each] as Document, values).Statement.flatMap((statement) =>
      statement.Action.map((action) => ({ who: each, statement, action })),
    ),
  );
}

export function policyOf(rights: readonly Right[]): string {
  const statements = rights.map(({ statement: { Sid: _, ...statement }, action }) => ({
    ...statement,
    Action: [action],
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Whether a right by itself allows an access. */
export function grants(right: Right, { action, resource, context }: Access): boolean {
  if (right.action !== action) return false;
  return verdictOf(policyOf([right]), { action, resource, context: context ?? {} }) === "allowed";
}
