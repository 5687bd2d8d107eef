import { resourcePolicy } from "../resource-policy";
import { booleanAt, listAt, stringAt, UNKNOWN, type Value, valueAt } from "../values";
import { isCronJob, POD_PATH, pauseJobOf } from "./pause-job";

export const pausePodHardened = resourcePolicy({
  name: "pause-pod-hardened",
  description: "Checks whether the pod that pauses Scalar's pods runs without privileges on its node.",
  looksAt: "kubernetes.batch.v1.CronJob that pauses",
  severity: "medium",
  settings: {},
  appliesTo: isCronJob,
  problems({ props }) {
    if (pauseJobOf(props) === undefined) return [];
    const pod = valueAt(props, POD_PATH);
    const ofPod = ["hostNetwork", "hostPID", "hostIPC"]
      .filter((sharing) => booleanAt(pod, sharing) === true)
      .map((sharing) => `the pod shares its node's ${sharing.slice(4).toLowerCase()}: remove ${sharing}`);
    const containers = [...listAt(pod, "containers"), ...listAt(pod, "initContainers")];
    return [...ofPod, ...containers.flatMap((container) => containerProblems(container, pod))];
  },
});

function containerProblems(container: Value, pod: Value): string[] {
  const name = stringAt(container, "name");
  const label = `container ${typeof name === "string" ? name : "without a name"}`;
  const own = (path: string) => valueAt(container, `securityContext.${path}`);
  // What a container doesn't say, its pod says for it; capabilities and the file system only it can.
  const either = (path: string) => own(path) ?? valueAt(pod, `securityContext.${path}`);
  const problems: string[] = [];
  if (!isOrMayBe(either("runAsNonRoot"), true))
    problems.push("may run as root: set securityContext.runAsNonRoot to true");
  if (!isOrMayBe(own("readOnlyRootFilesystem"), true))
    problems.push("may write to its image: set securityContext.readOnlyRootFilesystem to true");
  if (!isOrMayBe(own("allowPrivilegeEscalation"), false))
    problems.push("may gain rights: set securityContext.allowPrivilegeEscalation to false");
  if (own("privileged") === true) problems.push("is privileged: remove securityContext.privileged");
  const dropped = own("capabilities.drop");
  if (dropped !== UNKNOWN && !(Array.isArray(dropped) && dropped.some((dropped) => isOrMayBe(dropped, "ALL"))))
    problems.push('keeps capabilities: set securityContext.capabilities to { drop: ["ALL"] }');
  const profile = either("seccompProfile.type");
  if (!isOrMayBe(profile, "RuntimeDefault") && profile !== "Localhost")
    problems.push('has no seccomp profile: set securityContext.seccompProfile to { type: "RuntimeDefault" }');
  return problems.map((problem) => `${label} ${problem}`);
}

function isOrMayBe(value: Value, expected: boolean | string): boolean {
  return value === expected || value === UNKNOWN;
}
