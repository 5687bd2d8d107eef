import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ADMIN_PORT } from "../../pauser/settings";
import { refusedBy, type Shape, wholeNumber } from "../schema-tools";
import { certificateProblem, labelProblem, releaseNameProblem } from "./key-problems";

/** A Helm release by its names, with the databases that it uses. */
export interface ReleaseNameArgs {
  /** The namespace that the release is installed in. */
  namespace: string;
  /** The Helm release's name. */
  name: string;
  /** The databases of the set that it uses, by their names: ScalarDL's Ledger and Auditor usually have one each. Defaults to all. */
  databases?: string[];
  /**
   * Whether the release runs ScalarDB transactions, whose coordinator a restore is verified by. ScalarDL Auditor runs none: set false
   * for it. Defaults to true.
   */
  transactions?: boolean;
}

/** The namespace of the first release, where the pauser and its record are unless another is named. */
export function firstNamespace(releases: readonly ReleaseNameArgs[]): string {
  const [first] = releases;
  if (first === undefined) throw new Error("releases: is empty; give at least one release");
  return first.namespace;
}

/** Describes the keys of `ReleaseNameArgs`. */
export const releaseNameShape = {
  namespace: z
    .string()
    .superRefine(refusedBy(labelProblem))
    .describe("The namespace that the release is installed in")
    .meta({ minLength: 1, examples: ["scalar"] }),
  name: z
    .string()
    .superRefine(refusedBy(releaseNameProblem))
    .describe("The Helm release's name")
    .meta({ minLength: 1, examples: ["scalardb-cluster"] }),
  databases: z
    .array(z.string())
    .min(1, { error: "a list of at least one database's name; leave it out if the release uses all" })
    .meta({ examples: [["ledger"]] })
    .optional()
    .describe(
      "The databases that it uses, by their names; ScalarDL's Ledger and Auditor usually have one each. Defaults to all.",
    ),
  transactions: z
    .boolean()
    .optional()
    .describe(
      "Whether the release runs ScalarDB transactions, whose coordinator a restore is verified by. ScalarDL Auditor runs none: set false for it. Defaults to true.",
    ),
} satisfies Shape<ReleaseNameArgs>;

/** TLS towards the pods of a release, whose admin interface is addressed by IP. */
export interface ReleaseTlsArgs {
  /** The CA that signed the pods' certificates, in PEM. Defaults to the public CAs that Node.js knows. */
  caCertificate?: pulumi.Input<string>;
  /** The name that the pods' certificates are made for. Defaults to the pod's IP address. */
  overrideAuthority?: pulumi.Input<string>;
}

const tlsShape = {
  caCertificate: z
    .string()
    .superRefine(refusedBy(certificateProblem))
    .optional()
    .describe("The CA that signed the pods' certificates, in PEM. Defaults to the public CAs that Node.js knows."),
  overrideAuthority: z
    .string()
    .optional()
    .describe("The name that the pods' certificates are made for. Defaults to the pod's IP address."),
} satisfies Shape<ReleaseTlsArgs>;

/** One Helm release of a Scalar product. */
export interface ReleaseArgs extends ReleaseNameArgs {
  /**
   * The port of its pods' admin interface, if `scalar.db.cluster.node.admin.port` moves it. Defaults to the port that the
   * release's Service ending in -headless names.
   */
  adminPort?: number;
  /** For pods that serve their admin interface over TLS. Defaults to none. */
  tls?: ReleaseTlsArgs;
}

/** Describes `ReleaseArgs`. */
export const releaseSchema = z.strictObject({
  namespace: releaseNameShape.namespace,
  name: releaseNameShape.name,
  adminPort: wholeNumber(ADMIN_PORT)
    .describe("The port of its pods' admin interface, if scalar.db.cluster.node.admin.port moves it")
    .optional(),
  databases: releaseNameShape.databases,
  transactions: releaseNameShape.transactions,
  tls: z.strictObject(tlsShape).optional().describe("For pods that serve their admin interface over TLS"),
} satisfies Shape<ReleaseArgs>);
