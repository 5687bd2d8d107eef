import { isCronJob, mayPause, type PauseJob, pauseJobOf, type Release, scalarAdminJob } from "../pausing/pause-job";
import type { StackResource } from "../stack-policy";
import { listAt, type Reading, stringAt, UNKNOWN, valueAt } from "../values";
import type { DatabaseSet } from "./members";

/** The charts that install a Scalar product, each with pods to pause. */
const PRODUCT_CHART = /(^|\/)(scalardb-cluster|scalardl|scalardl-audit)$/;
const SCALAR_ADMIN_CHART = /(^|\/)scalar-admin-for-kubernetes$/;
/** The label by which the charts name the product of a Deployment. */
const PRODUCTS = ["scalardb-cluster", "ledger", "auditor"];

/** A release with the resource that installs it. */
export interface InstalledRelease extends Release {
  resource?: StackResource;
}

/** A pause with the resource that schedules it. */
export interface ScheduledPause extends PauseJob {
  resource: StackResource;
}

const isHelmRelease = (type: string) => type === "kubernetes:helm.sh/v3:Release";

/** The Scalar products that the stack installs, as far as their names are known. */
export function releasesOf(resources: StackResource[]): InstalledRelease[] {
  return resources.flatMap((resource) => {
    const { namespace = "default", name } = releaseOf(resource) ?? {};
    return typeof namespace === "string" && typeof name === "string" ? { namespace, name, resource } : [];
  });
}

function releaseOf({
  type,
  props,
}: StackResource): { namespace?: Reading<string>; name?: Reading<string> } | undefined {
  if (isHelmRelease(type)) {
    const chart = stringAt(props, "chart");
    if (typeof chart !== "string" || !PRODUCT_CHART.test(chart)) return undefined;
    return { namespace: stringAt(props, "namespace"), name: stringAt(props, "name") };
  }
  if (!/^kubernetes:apps\/v1:Deployment$/.test(type)) return undefined;
  const labels = valueAt(props, "metadata.labels");
  if (labels === null || typeof labels !== "object" || Array.isArray(labels)) return undefined;
  const product = labels["app.kubernetes.io/app"];
  if (typeof product !== "string" || !PRODUCTS.includes(product)) return undefined;
  const instance = labels["app.kubernetes.io/instance"];
  return {
    namespace: stringAt(props, "metadata.namespace"),
    name: typeof instance === "string" || instance === UNKNOWN ? instance : undefined,
  };
}

/** What pauses Scalar's pods on a schedule. */
export function pausesOf(resources: StackResource[]): ScheduledPause[] {
  return resources.flatMap((resource) => {
    const job = isCronJob(resource.type) ? pauseJobOf(resource.props) : scalarAdminRelease(resource);
    return job === undefined ? [] : { ...job, resource };
  });
}

/** The pauses of one set: all, where the stack has no other set; else those that its component declares, or no component does. */
export function pausesFor({ component }: DatabaseSet, sets: DatabaseSet[], pauses: ScheduledPause[]): ScheduledPause[] {
  if (sets.length === 1) return pauses;
  const components = sets.flatMap((set) => set.component?.urn ?? []);
  return pauses.filter(({ resource: { ancestors } }) =>
    component === undefined ? !components.some((urn) => ancestors.includes(urn)) : ancestors.includes(component.urn),
  );
}

/** Whether something in the stack may turn out to be a pause once it is known. */
export function mayHavePause(resources: StackResource[]): boolean {
  return resources.some(({ type, props }) => isCronJob(type) && mayPause(props));
}

/** Scalar's own tool, installed by its chart. */
function scalarAdminRelease({ type, props }: StackResource): PauseJob | undefined {
  const chart = stringAt(props, "chart");
  if (!isHelmRelease(type) || typeof chart !== "string" || !SCALAR_ADMIN_CHART.test(chart)) return undefined;
  const values = "values.scalarAdminForKubernetes";
  if (stringAt(props, `${values}.jobType`) !== "cronjob") return undefined;
  return scalarAdminJob({ args: listAt(props, `${values}.commandArgs`) });
}
