import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Shape } from "../schema-tools";
import { type ReleaseNameArgs, releaseNameShape } from "./release-args";

/** A record of pause windows, read from the cluster that it is in. */
export interface OtherRecordArgs {
  /** The cluster's context in the kubeconfig. Defaults to the current context of `kubeconfig`. */
  context?: string;
  /** A kubeconfig, or the path of one. Defaults to the files that KUBECONFIG names, then to ~/.kube/config. */
  kubeconfig?: pulumi.Input<string>;
  /** Where the pauser of that cluster runs. Defaults to the namespace of the first of its releases. */
  namespace?: string;
  /** The ConfigMap that its pauser writes. Defaults to the name of this schedule's own. */
  recordName?: string;
}

const recordShape = {
  context: z
    .string()
    .min(1)
    .meta({ examples: ["scalar-osaka"] })
    .optional()
    .describe("Its context in your kubeconfig"),
  kubeconfig: z.string().min(1).optional().describe("A kubeconfig, or its path; defaults to yours"),
  namespace: z.string().min(1).optional().describe("Where its pauser runs"),
  recordName: z.string().min(1).optional().describe("Its record's ConfigMap. Defaults to scalar-pause-windows."),
} satisfies Shape<OtherRecordArgs>;

/** Another cluster of a set that spans clusters. Exactly one of `kubernetes`, `stack` and `record`. */
export interface OtherClusterArgs {
  /** Its name in recorded windows: `pause.cluster` of its own stack. */
  cluster: string;
  /** Its releases: all that its own stack pauses for this set. */
  releases: ReleaseNameArgs[];
  /** Reads its record in the cluster. */
  kubernetes?: OtherRecordArgs;
  /** Reads the output `windows` of its stack, as of that stack's last `pulumi up`: `organization/project/stack`. */
  stack?: string;
  /** Its record as text: the value of windows.json in its pauser's ConfigMap. */
  record?: string;
}

/** Describes `OtherClusterArgs`. */
export const otherClusterSchema = z.strictObject({
  cluster: z
    .string()
    .min(1)
    .meta({ examples: ["osaka"] })
    .describe("Its name in recorded windows: pause.cluster of its own stack"),
  releases: z.array(z.strictObject(releaseNameShape)).describe("All releases that its own stack pauses for this set"),
  kubernetes: z.strictObject(recordShape).optional().describe("Reads its windows in the cluster"),
  stack: z
    .string()
    .min(1)
    .meta({ examples: ["acme/scalar-backup/osaka"] })
    .optional()
    .describe("In place of kubernetes: its stack, whose output windows is read as of its last pulumi up"),
  record: z
    .string()
    .optional()
    .describe("In place of both: its record as text, windows.json of its pauser's ConfigMap"),
} satisfies Shape<OtherClusterArgs>);
