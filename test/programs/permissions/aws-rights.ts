import {
  AWS_DOCUMENTS,
  type Document,
  filledDocument,
  type Placeholders,
  type Statement,
} from "../../../permissions/aws";
import { type Access, verdictOf } from "../../../simulator/cloud/aws/aws";
import { WHO, type Who } from "./phases";

/** One right: an action on one line of a statement's resources. */
export interface Right {
  who: Who;
  sid: string;
  action: string;
  /** As in the document, with placeholders. */
  resource: string;
  /** The statement of a policy that gives this right alone, for a set's names. */
  statement: Omit<Statement, "Sid">;
}

export const nameOf = ({ who, sid, action, resource }: Right) => `${who}: ${sid}: ${action} on ${resource}`;

/** The rights of somebody, with those that the documents before give. A right on resources that the set has no names for is none. */
export function rightsOf(who: Who, values: Placeholders): Right[] {
  return WHO.slice(0, WHO.indexOf(who) + 1).flatMap((each) =>
    // Cast: JSON's type has a condition for some statements only.
    (AWS_DOCUMENTS[each] as Document).Statement.flatMap(({ Sid, Action, Resource, ...rest }) =>
      Resource.flatMap((resource) => {
        const [filled] = filledDocument(
          { Version: "", Statement: [{ Sid, Action, Resource: [resource], ...rest }] },
          values,
        ).Statement;
        if (filled === undefined) return [];
        const { Sid: _, ...statement } = filled;
        return Action.map((action) => ({
          who: each,
          sid: Sid,
          action,
          resource,
          statement: { ...statement, Action: [action] },
        }));
      }),
    ),
  );
}

export function policyOf(rights: readonly Right[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: rights.map(({ statement }) => statement) });
}

/** Whether a right by itself allows an access. */
export function grants(right: Right, { action, resource, context }: Access): boolean {
  if (right.action !== action) return false;
  return verdictOf(policyOf([right]), { action, resource, context: context ?? {} }) === "allowed";
}

/** Whether an error of AWS says that something was refused for lack of the right. */
export function refusedIn(message: string, right: Right): boolean {
  const refused = message.matchAll(/not authorized to perform: (\S+) on resource: (\S+) because/g);
  const { StringEquals, StringLike } = right.statement.Condition ?? {};
  return [...refused].some(([, action = "", resource = ""]) =>
    grants(right, { action, resource, context: { ...StringEquals, ...StringLike } }),
  );
}
