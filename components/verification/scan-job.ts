import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import * as pulumi from "@pulumi/pulumi";
import { CONTAINER_SECURITY } from "../confined-pod";
import { instantSuffix } from "../databases/kind";
import { declareVerificationJob, PRESENT_PROPERTIES_FILE, PROPERTIES_FILE, type VerifiedCopies } from "./job";
import type { ScanArgs } from "./job-args";
import { VERIFY_COPIES, verifyCopiesSource } from "./verify-copies";

const SCALARDB = "/scalardb";
const PROGRAM = "/program";
/** The most records that are read in a second, if the user sets nothing. */
export const RECORDS_PER_SECOND = 2000;
const QUESTIONED_SECONDS = 3600;

/** What the Job does with the copies. */
export type ScanMode = "scan" | "repair";

/**
 * Declares a Job that runs VerifyCopies.java on the copies: ScalarDB is copied out of Scalar's Schema Loader image by an init
 * container, because that image has no compiler. What it finds is in its pod's termination message.
 *
 * @param early The instant of the coordinator's copy that records are compared with. Milliseconds since the epoch.
 */
export function declareScanJob(
  copies: VerifiedCopies,
  args: ScanArgs,
  mode: ScanMode,
  early: pulumi.Input<number>,
): Job {
  const { name, instant, parent } = copies;
  const jars = args.jars ?? ["/app.jar"];
  const program = new ConfigMap(
    `${name}-${mode}-program`,
    {
      metadata: { name: `${name}-${mode}-${instantSuffix(instant)}`, namespace: args.namespace },
      data: { [VERIFY_COPIES]: verifyCopiesSource() },
    },
    { parent },
  );
  const questioned = (args.questionedSeconds ?? QUESTIONED_SECONDS) * 1000;
  return declareVerificationJob(copies, args, {
    task: mode,
    // Reading is repeated, not resumed.
    retries: 1,
    dependsOn: [program],
    initContainers: [
      {
        name: "scalardb",
        image: args.schemaLoaderImage,
        command: ["cp", ...jars, SCALARDB],
        resources: { requests: { cpu: "100m", memory: "32Mi" }, limits: { memory: "64Mi" } },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [{ name: "scalardb", mountPath: SCALARDB }],
      },
    ],
    container: {
      image: args.image ?? "docker.io/library/eclipse-temurin:17",
      command: ["java"],
      args: withPresent(copies, [
        "-XX:MaxRAMPercentage=70",
        "-XX:+ExitOnOutOfMemoryError",
        "-cp",
        jars.map((jar) => `${SCALARDB}/${jar.split("/").at(-1)}`).join(":"),
        `${PROGRAM}/${VERIFY_COPIES}`,
        PROPERTIES_FILE,
        `mode=${mode}`,
        ...(args.namespaces ? [`namespaces=${args.namespaces.join(",")}`] : []),
        pulumi.interpolate`since=${pulumi.output(early).apply((instant) => instant - questioned)}`,
        `recordsPerSecond=${args.recordsPerSecond ?? RECORDS_PER_SECOND}`,
        "factsFile=/dev/termination-log",
      ]),
    },
    mounts: [
      { name: "scalardb", mountPath: SCALARDB, readOnly: true },
      { name: "program", mountPath: PROGRAM, readOnly: true },
    ],
    volumes: [
      { name: "scalardb", emptyDir: {} },
      { name: "program", configMap: { name: program.metadata.name } },
    ],
  });
}

/** Whether a Job reads what was restored, too. That is no secret, although the properties are. */
export function readsPresent({ present }: Pick<VerifiedCopies, "present">): pulumi.Output<boolean> {
  return present === undefined ? pulumi.output(false) : pulumi.unsecret(present.apply((text) => text !== undefined));
}

function withPresent(copies: VerifiedCopies, args: pulumi.Input<string>[]): pulumi.Input<pulumi.Input<string>[]> {
  if (copies.present === undefined) return args;
  return readsPresent(copies).apply((reads) => (reads ? [...args, `presentFile=${PRESENT_PROPERTIES_FILE}`] : args));
}
