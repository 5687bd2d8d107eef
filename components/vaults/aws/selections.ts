import type * as pulumi from "@pulumi/pulumi";
import { COPY_TAG } from "../../../restore-points/rules/tag-keys";

/** ARNs of what a plan is to back up. */
export interface SelectedArns {
  exact: pulumi.Input<string>[];
  /** ARNs that end in `*`, so that what comes later is selected too. */
  prefixes: pulumi.Input<string>[];
}

/** How many ARNs a selection may have [AWS Backup API Reference, BackupSelection, Resources]. */
const MOST_EXACT = 500;
const MOST_WITH_PREFIXES = 30;

/** One selection's part of the ARNs. */
export interface SelectionPart {
  resources: pulumi.Input<string>[];
  /** Whether it may select resources that are not listed, such as the copies of a drill. */
  byPrefix: boolean;
}

/** Divides ARNs between as many selections as AWS Backup's limits ask for: mostly one. */
export function selectionParts({ exact, prefixes }: SelectedArns): SelectionPart[] {
  if (prefixes.length > 0 && prefixes.length + exact.length <= MOST_WITH_PREFIXES)
    return [{ resources: [...exact, ...prefixes], byPrefix: true }];
  return [
    ...chunks(prefixes, MOST_WITH_PREFIXES).map((resources) => ({ resources, byPrefix: true })),
    ...chunks(exact, MOST_EXACT).map((resources) => ({ resources, byPrefix: false })),
  ];
}

/** The parts of a list of exact ARNs that is not known yet, as positions of their beginnings and ends. */
export function exactParts(count: number): [number, number][] {
  return Array.from({ length: Math.ceil(count / MOST_EXACT) }, (_, index) => [
    index * MOST_EXACT,
    Math.min(count, (index + 1) * MOST_EXACT),
  ]);
}

/** The suffix of a part's names: the first has the name that it had when it was the only one. */
export function partSuffix(index: number): string {
  return index === 0 ? "" : `-${index + 1}`;
}

/**
 * Leaves out the copies of a drill, which have the tags and the beginnings of the names of their sources. Not those of a recovery:
 * they take their sources' place. A resource without the tag is selected, as IAM's negated matching has it [AWS Backup
 * Developer Guide, "Assign resources with AWS CLI": the Boolean arithmetic is similar to that in IAM policies].
 */
export const NO_DRILL_COPIES = { key: `aws:ResourceTag/${COPY_TAG}`, value: "drill" };

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
