import { z } from "zod";
import { quantities, resourcesProblem } from "../container-resources";
import { variablesSchema } from "../job-variables";
import { type PodArgs, podSchema } from "../pod-args";
import { refusedBy, type Shape, wholeNumberFrom } from "../schema-tools";

/** What a verification's Job may use. */
export interface JobResourcesArgs {
  /** Requests. Default to { cpu: "250m", memory: "512Mi" }. */
  requests?: Record<string, string>;
  /** Limits. Default to { memory: "1Gi" }. */
  limits?: Record<string, string>;
}

/** What its container asks for, and may use, where nothing else is given. */
export const JOB_RESOURCES = { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "1Gi" } };

/** Settings of every Job that verifies copies. */
export interface VerificationJobArgs {
  /** The Kubernetes namespace that the Job runs in, from which the copies can be reached. */
  namespace: string;
  /** How long the Job may take. Defaults to 3600. */
  activeDeadlineSeconds?: number;
  /** Requests and limits of the Job's container. */
  resources?: JobResourcesArgs;
  /** What the cluster asks of the Job's pods: labels, annotations, nodes, tolerations, credentials of a registry. */
  pod?: PodArgs;
}

/** Scans the copies' records by ScalarDB's own storage adapters, in a Job. */
export interface ScanArgs extends VerificationJobArgs {
  /** Scalar's Schema Loader, which has ScalarDB in it, of your version: `ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0`. */
  schemaLoaderImage: string;
  /** Paths of jars in `schemaLoaderImage`. Defaults to `/app.jar`. MySQL's driver is in none of Scalar's images: name it here, in an image of yours. */
  jars?: string[];
  /** A JDK of Java 17 or later. Defaults to `docker.io/library/eclipse-temurin:17`. */
  image?: string;
  /** ScalarDB's namespaces whose tables are read. Defaults to all that ScalarDB lists. */
  namespaces?: string[];
  /** The most records that are read in a second. Defaults to 2000. */
  recordsPerSecond?: number;
  /**
   * True: the coordinator's copy is also compared with the present coordinator, for one in a relational database, which this reads and
   * does not change. Defaults to false.
   */
  presentCoordinator?: boolean;
  /** How long before the coordinator's copy committed records are still looked up in it. Defaults to 3600 seconds. */
  questionedSeconds?: number;
}

/** A Job of yours that checks the copies after they are accepted; if it fails, they are refused. */
export interface CheckArgs extends VerificationJobArgs {
  /** The image of your check. */
  image: string;
  /** Its command. Defaults to the image's own. */
  command?: string[];
  /** Its arguments. Default to the image's own. */
  args?: string[];
  /** Its variables, besides `SCALAR_DB_PROPERTIES`, the path of the copies' properties, and `SCALAR_RELEASE`, the key of the release that they are of. Pulumi's state has them encrypted, the Job's spec in the cluster does not. */
  env?: Record<string, string>;
  /** The ServiceAccount of its pod. Defaults to the namespace's own, without its token. */
  serviceAccountName?: string;
}

const nonEmpty = z.string().min(1);
const jobQuantities = quantities.optional().meta({ examples: [{ memory: "1Gi" }] });

const jobShape = {
  namespace: nonEmpty
    .meta({ examples: ["scalar"] })
    .describe("The Kubernetes namespace that the Job runs in, from which the copies can be reached"),
  activeDeadlineSeconds: wholeNumberFrom(60, "a whole number of seconds, 60 or more")
    .optional()
    .describe("How long the Job may take. Defaults to 3600."),
  resources: z
    .strictObject({
      requests: jobQuantities.describe('Kubernetes\' requests. Default to { cpu: "250m", memory: "512Mi" }.'),
      limits: jobQuantities.describe('Kubernetes\' limits. Default to { memory: "1Gi" }.'),
    } satisfies Shape<JobResourcesArgs>)
    .superRefine(refusedBy((given) => resourcesProblem(given, JOB_RESOURCES)))
    .optional()
    .describe("Requests and limits of the Job's container"),
  pod: podSchema("the Job's pods"),
} satisfies Shape<VerificationJobArgs>;

/** Describes `ScanArgs`. */
export const scanSchema = z
  .strictObject({
    ...jobShape,
    schemaLoaderImage: nonEmpty
      .meta({ examples: ["ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0"] })
      .describe("Scalar's Schema Loader of your ScalarDB's version: the Job takes ScalarDB from it"),
    jars: z
      .array(nonEmpty.startsWith("/", { error: "an absolute path in the image, such as /app.jar" }))
      .min(1, { error: "at least one path, such as /app.jar" })
      .optional()
      .describe("Paths of jars in schemaLoaderImage. Defaults to /app.jar; MySQL's driver needs an image of yours."),
    image: nonEmpty.optional().describe("A JDK of Java 17 or later. Defaults to docker.io/library/eclipse-temurin:17."),
    namespaces: z
      .array(nonEmpty.regex(/^[^,\s]+$/, { error: "the name of a namespace of ScalarDB" }))
      .min(1, { error: "at least one namespace of ScalarDB" })
      .optional()
      .describe("ScalarDB's namespaces whose tables are read. Defaults to all that ScalarDB lists."),
    recordsPerSecond: wholeNumberFrom(1, "a whole number of records, 1 or more")
      .optional()
      .describe("The most records that are read in a second. Defaults to 2000."),
    presentCoordinator: z
      .boolean()
      .optional()
      .describe(
        "True: the coordinator's copy is also compared with the present coordinator, for one in a relational database; the running database is read, and not changed. Defaults to false.",
      ),
    questionedSeconds: wholeNumberFrom(60, "a whole number of seconds, 60 or more")
      .optional()
      .describe(
        "How long before the coordinator's copy committed records are still looked up in it. Defaults to 3600.",
      ),
  } satisfies Shape<ScanArgs>)
  .describe(
    "Reads all records of the copies by ScalarDB itself, in a Kubernetes Job: they are read once, at their price",
  );

/** Describes `CheckArgs`. */
export const checkSchema = z
  .strictObject({
    ...jobShape,
    image: nonEmpty.describe("The image of your check"),
    command: z.array(z.string()).min(1).optional().describe("Its command, if not the image's own"),
    args: z.array(z.string()).optional().describe("Its arguments"),
    env: variablesSchema
      .optional()
      .describe("Its variables, besides SCALAR_DB_PROPERTIES: the path of the copies' properties"),
    serviceAccountName: nonEmpty.optional().describe("The ServiceAccount of its pod, without its token"),
  } satisfies Shape<CheckArgs>)
  .describe("A Kubernetes Job of yours, run after the copies are accepted: if it fails, they are refused");
