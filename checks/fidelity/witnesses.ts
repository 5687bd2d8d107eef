/**
 * Who says that a rule of the simulated clouds is so. A comment names its source in brackets, such as [Microsoft Learn, "Request
 * Units in Azure Cosmos DB"], or says "inferred".
 */

/** Kinds of witnesses, the strongest first, each with what its sources begin with or contain. */
const KINDS: readonly [string, RegExp][] = [
  ["API model", /botocore|azure-mgmt-|API +Reference|^API references|Azure REST|^(PutResourcePolicy|DeleteTable)\b/],
  ["ScalarDB's or Scalar's source", /^scalardb|scalar-labs|scalar-admin|^templates\//],
  ["provider's source", /terraform-provider|Terraform AWS provider|^terraform #|pulumi/],
  ["Kubernetes' or Helm's source", /^kubernetes: |^helm\.sh|^k8s\.io|apimachinery|^robfig/],
  ["experiment", /^seen |seen on|recordings|^measured/],
  [
    "vendor page",
    /Developer Guide|User Guide|Microsoft Learn|Reference\b|re:Post|kubernetes\.io|Viewing DB|^Kubernetes /,
  ],
  ["report or client of others", /#\d+|azure-cli|Az\.|Quartz|^moto/],
];

/** The service's own model declares the error, as the AWS SDK has it; its condition is what the error's name says. */
export const DECLARED = "the error in the API model";
export const INFERRED = "inferred";
/** Neither a source nor the word: to be looked up. */
export const UNMARKED = "not yet looked up";

export const ALL_KINDS: readonly string[] = [...KINDS.map(([kind]) => kind), DECLARED, INFERRED, UNMARKED];

export interface Witness {
  kind: string;
  /** The source as the comment names it. */
  source: string;
}

/** The witnesses that a comment names; `former` is the source that "ibid." stands for. */
export function witnessesIn(comment: string, former?: Witness): Witness[] {
  const text = comment.replace(/\n\s*(\*|\/\/)? ?/g, " ");
  const found = [...text.matchAll(/\[([^\]]{4,})\]/g)].flatMap(([, source = ""]): Witness[] => {
    if (source.startsWith("ibid") && former) return [{ kind: former.kind, source: `${former.source}: ${source}` }];
    const kind = KINDS.find(([, pattern]) => pattern.test(source))?.[0];
    return kind === undefined ? [] : [{ kind, source: source.replace(/\s+/g, " ") }];
  });
  return found.length === 0 && /\binferred\b/i.test(text) ? [{ kind: INFERRED, source: INFERRED }] : found;
}
