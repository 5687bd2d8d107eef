import type { Connect } from "../../../operations/kubernetes/client";
import { UnreachableError } from "../../../operations/kubernetes/connection";
import type { SimulatedClock } from "../../../simulator/cloud/clock";
import { answerKubernetes, type KubernetesRequest, ObjectStore } from "../../../simulator/cloud/in-process";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import type { VirtualTime } from "../../unit/pauser/virtual/time";
import { NoAnswer, type Operator, Throttled } from "./process";
import { type Pod, Release } from "./release";

/** The body of a request. */
type Body = NonNullable<KubernetesRequest["body"]>;

const NAMESPACE = "scalar";
const PRODUCTS = ["ledger", "auditor"] as const;
export const SCHEDULE = { namespace: NAMESPACE, name: "pause" };
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });

export interface ClusterOptions {
  /** Pods of each release. */
  pods: number;
  podMillis: number;
  /** The properties of each release; absent for one release without any. */
  properties?: string[];
}

/** A cluster in virtual time: an API server without a wire, and one release or two. */
export class Cluster {
  readonly store: ObjectStore;
  readonly releases: Release[];
  /** Answers to questions about what has not changed since, as text: most of them. Leases change all the time. */
  private readonly known = new Map<string, { status: number; text: string }>();
  /** Called after each change of the pods, and of what they would start with. */
  changed: () => void = () => {};

  constructor(
    time: VirtualTime,
    private readonly clock: SimulatedClock,
    { pods, podMillis, properties = [] }: ClusterOptions,
  ) {
    this.store = new ObjectStore(clock);
    this.store.onChange((_type, { kind }) => {
      if (kind !== "Lease") this.known.clear();
    });
    this.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
    this.releases = PRODUCTS.slice(0, Math.max(1, properties.length)).map((product, index) => {
      const text = properties[index];
      const options = { namespace: NAMESPACE, name: product, product, replicas: pods, podMillis };
      return new Release(time, this.store, { ...options, ...(text !== undefined && { properties: text }) }, () =>
        this.changed(),
      );
    });
    const releases = this.releases.map(({ name }) => ({ namespace: NAMESPACE, name }));
    const pauser = {
      name: "pauser",
      image: "node",
      env: [{ name: "PAUSER_SETTINGS", value: JSON.stringify({ releases }) }],
    };
    const job = { template: { spec: { restartPolicy: "Never", containers: [pauser] } } };
    this.store.create({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: SCHEDULE,
      spec: { schedule: "0 3 * * *", suspend: false, jobTemplate: { spec: job } },
    });
  }

  /** What the API server answers. */
  private answer(method: KubernetesRequest["method"], path: string, body: Body) {
    const known = method === "GET" ? this.known.get(path) : undefined;
    if (known !== undefined) return known;
    const { status, body: found } = answerKubernetes(this.store, { method, path, body });
    const answered = { status, text: JSON.stringify(found) };
    if (method === "GET" && !path.includes("/leases")) this.known.set(path, answered);
    return answered;
  }

  /** The pods that may read and write. */
  get running(): Pod[] {
    return this.releases.flatMap(({ running }) => running);
  }

  get suspended(): boolean {
    return this.store.get(CRON_JOBS, SCHEDULE.namespace, SCHEDULE.name).spec?.suspend === true;
  }

  /** The state that the journal has; undefined without one. */
  get journalState(): string | undefined {
    const data = this.store.find(CONFIG_MAPS, NAMESPACE, "scalar-switch-over")?.data;
    // Cast: a ConfigMap's data is a map of texts.
    return (data as Record<string, string> | undefined)?.state;
  }

  /** The releases as a request names them, with the databases that each uses. */
  addresses(databases: (string[] | undefined)[] = []) {
    return this.releases.map(({ name }, index) => {
      const uses = databases[index];
      return { namespace: NAMESPACE, name, ...(uses && { databases: uses }) };
    });
  }

  /** Connections of one process. */
  connect(
    operator: Operator,
    arrives: (request: string, body: Body) => void,
    served: (request: string, body: Body) => void,
  ): Connect {
    return async () => ({
      server: "http://cluster",
      name: "the cluster",
      send: async ({ method, path, body }) => {
        const request = `${method} ${path.split("?")[0]}`;
        try {
          const { status, text } = await operator.call(request, () => {
            // Cast: it becomes JSON on its way.
            const json = (body ?? {}) as Body;
            arrives(request, json);
            const answered = this.answer(method, path, json);
            if (method !== "GET" && answered.status < 300) served(request, json);
            return answered;
          });
          return { status, text, date: new Date(this.clock.now()).toUTCString() };
        } catch (error) {
          if (error instanceof NoAnswer) throw new UnreachableError(`${request}: ${error.message}`);
          if (error instanceof Throttled) return { status: 429, text: "" };
          throw error;
        }
      },
    });
  }
}
