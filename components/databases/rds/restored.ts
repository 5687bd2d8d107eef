import * as pulumi from "@pulumi/pulumi";
import type { DatabaseCopy } from "../kind";

/** What is known of a copy, some of it only once it exists. */
interface Copy {
  endpoint: pulumi.Input<string>;
  /** Its JDBC URL. */
  url: pulumi.Input<string>;
  notes: pulumi.Input<string[]>;
  arn: pulumi.Input<string>;
}

/** A copy on RDS, as a restore returns it. */
export function restoredByRds(
  { name, kind, region, resourceType }: { name: string; kind: string; region: string; resourceType: "RDS" | "Aurora" },
  copy: pulumi.Output<Copy>,
): DatabaseCopy {
  const url = copy.apply((copy) => pulumi.output(copy.url));
  const arn = copy.apply((copy) => pulumi.output(copy.arn));
  return {
    name,
    kind,
    endpoint: copy.apply(({ endpoint }) => pulumi.output(endpoint)),
    properties: url.apply((url): Record<string, string> => ({ contact_points: url })),
    notes: copy.apply(({ notes }) => pulumi.output(notes)),
    backup: { resourceType, region, arns: arn.apply((arn) => [arn]) },
  };
}
