import type { Connect } from "../../../../operations/kubernetes/client";
import { type ApiRequest, connect, UnreachableError } from "../../../../operations/kubernetes/connection";
import { type ClusterChoice, selectCluster } from "../../../../operations/kubernetes/kubeconfig";
import { podsOf } from "../../../../operations/switch-over/pods";
import type { ClusterReleases, PodsOptions, StoppablePods } from "../../../../operations/switch-over/stoppable-pods";

export const INSTANT = "2026-11-22T03:00:12Z";
export const LATER = "2026-11-23T03:00:12Z";

export const RELEASES = [
  { namespace: "scalar", name: "ledger" },
  { namespace: "scalar", name: "auditor" },
];
export const SCHEDULE = { namespace: "scalar", name: "pause" };

/** What a process that has been killed sends: nothing. Its answers are not read either. */
export class Killed extends Error {}

/** Something that goes wrong with one request of a process, by its number from 1. */
export type Fault =
  | "kill before"
  | "kill after"
  /** The server has done it, but its answer does not arrive. */
  | "lost answer"
  | "no connection"
  | "too many requests";

export interface Process {
  pods: StoppablePods;
  /** All requests so far, such as `PATCH /apis/...`. */
  requests: string[];
  said: string[];
  say(line: string): void;
}

export interface ProcessOptions extends Partial<ClusterReleases>, PodsOptions {
  /** Called before each request, such as `PATCH /apis/...`. */
  before?(request: string): Promise<void>;
}

/** A process of its own that works on the pods, with a fault at one request. */
export async function startProcess(
  access: ClusterChoice,
  options: ProcessOptions = {},
  at = 0,
  fault?: Fault,
): Promise<Process> {
  const { requests, said }: Pick<Process, "requests" | "said"> = { requests: [], said: [] };
  const open: Connect = async () => {
    const connection = await connect(selectCluster(options.access ?? access, {}), {});
    return {
      ...connection,
      async send(request, limit) {
        const number = requests.push(`${request.method} ${request.path.split("?")[0]}`);
        await options.before?.(`${request.method} ${request.path}`);
        const send = () => connection.send(request, limit);
        if (number > at && fault?.startsWith("kill")) throw new Killed();
        return number === at && fault !== undefined ? await broken(fault, request, send) : await send();
      },
    };
  };
  const releases: ClusterReleases = { cluster: "default", access, releases: RELEASES, schedule: SCHEDULE, ...options };
  const pods = await podsOf([releases], { connect: () => open, ...options });
  return { pods, requests, said, say: (line) => said.push(line) };
}

async function broken<Answer>(
  fault: Fault,
  { method, path }: ApiRequest,
  send: () => Promise<Answer>,
): Promise<Answer | { status: number; text: string }> {
  switch (fault) {
    case "kill before":
      throw new Killed();
    case "kill after":
      await send();
      throw new Killed();
    case "lost answer":
      await send();
      throw new UnreachableError(`no answer to ${method} ${path}`);
    case "no connection":
      throw new UnreachableError(`no connection for ${method} ${path}`);
    case "too many requests":
      return { status: 429, text: "" };
  }
}

/** What the switch-over does with the pods, from wherever an earlier process has left it. */
export async function wholeNight({ pods, say }: Process, instant = INSTANT): Promise<void> {
  await pods.lock(say);
  const journal = await pods.journal();
  if (journal?.state === "started" && journal.instant === instant) return pods.unlock();
  if (journal?.state !== "starting") {
    await pods.stop(instant, say);
    await pods.note({ table: "settings" });
    const present = await pods.present();
    if (present.length > 0) throw new Error(`${present.join(", ")} exist`);
  }
  await pods.start(say);
  await pods.unlock();
}
