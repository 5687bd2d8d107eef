/** Pods come back at any request of a switch-over: they find nothing, or the restored set, never a mixture. */
import test, { type ExecutionContext } from "ava";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { killedCalls } from "../../kills";
import { addressWorld, type Interference } from "../../unit/operations/switch-over/address-world";
import { namedWorld } from "../../unit/operations/switch-over/named-world";
import { DEPLOYMENTS, PODS } from "../../unit/operations/switch-over/scene";

/** Ledger's pods before a switch-over. */
const COUNT = 3;

/** Starts pods of Ledger from some request on. */
interface Starter {
  name: string;
  /** Whether its pods may have the former addresses, where copies have others: nothing keeps these from a mixture until they are stopped. */
  former?: true;
  /** Whether it starts pods again whenever they are stopped. */
  insists: boolean;
  /** @returns whether pods were started, or are about to be */
  act(release: Release): boolean;
}

interface Release {
  replicas(): number;
  scale(replicas: number, manager: string): void;
  /** As from a repository that names the former databases. */
  deploy(): void;
}

const STARTERS: Starter[] = [
  { name: "a colleague's scale-out", insists: false, act: whereNone("kubectl") },
  {
    name: "an autoscaler",
    insists: false,
    // It leaves a Deployment with 0 replicas alone [kubernetes.io, Horizontal Pod Autoscaling, implicit maintenance-mode deactivation].
    act({ replicas, scale }) {
      if (replicas() === 0) return false;
      scale(COUNT + 1, "kube-controller-manager");
      return true;
    },
  },
  {
    name: "a pipeline's helm upgrade",
    insists: false,
    former: true,
    act({ deploy }) {
      deploy();
      return true;
    },
  },
  { name: "Argo CD's self-healing", insists: true, act: whereNone("argocd-controller") },
];

/** Scales out what is at 0. */
function whereNone(manager: string): Starter["act"] {
  return ({ replicas, scale }) => {
    if (replicas() > 0) return false;
    scale(COUNT, manager);
    return true;
  };
}

/** How a switch-over may end that pods do not let go on: with what to do. */
const WHAT_TO_DO = [
  /was scaled out again 5 times, .*Suspend what scales it, then run this again/,
  /pods have come back: .*find out what starts them .*, stop that, and run "pulumi up" again/,
  /pods were started again 5 times, .*then run "pulumi up" again/,
  /the former properties were deployed again in the meantime.*Stop what deploys them .*, then run "pulumi up" again/,
];

interface Night {
  cloud: SimulatedCloud;
  release: Awaited<ReturnType<SimulatedCloud["kubernetes"]["installRelease"]>>;
  /** Its pods' properties are put back by this. */
  formerProperties: string | undefined;
  run(happens?: Interference): Promise<{ said: readonly string[]; calls: string[]; error?: Error | undefined }>;
  /** Whether all pods run again. */
  over(): boolean;
  /** What is wrong now, by the clouds' own records. */
  violations(): string[];
  /** What a pod finds that has started with such properties. */
  finds(properties: string): Set<"source" | "copy" | "nothing">;
  ended(): boolean;
}

/** What a pipeline deploys from then on, it would deploy on any other day. */
const isOver = (line: string) => / all pods are available$/.test(line);

const WORLDS: { name: string; step: number; begin(t: ExecutionContext): Promise<Night> }[] = [
  {
    name: "tables, an instance, Aurora and a Multi-AZ DB cluster",
    step: 120,
    async begin(t) {
      const { cloud, releases, run, violations, ended, found, said } = await namedWorld(t);
      return {
        ...{ cloud, release: releases.ledger, formerProperties: undefined, run, violations, ended },
        over: () => said.some(isOver),
        finds: () => new Set(found()),
      };
    },
  },
  {
    name: "Cosmos DB, Azure PostgreSQL and an RDS instance",
    step: 60,
    async begin(t) {
      const world = await addressWorld(t);
      const { cloud, releases, addressesOf, suffix } = world;
      /** Upgrades when it is asked, and again when a release still has the former address. */
      let over = false;
      const colleague = (line: string) => {
        over ||= isOver(line);
        if (/^upgrade the releases now| still names /.test(line)) void world.upgradeAll();
      };
      const finds = (properties: string) =>
        new Set([properties.includes(suffix) ? "copy" : "source", addressesOf().stock] as const);
      return {
        ...{ cloud, release: releases.ledger, formerProperties: releases.ledger.properties, finds },
        over: () => over,
        run: (happens) => world.run(colleague, happens),
        violations: () => world.violations().filter((each) => !/^\d+ pods run/.test(each)),
        ended: () => Object.values(addressesOf()).every((each) => each === "copy"),
      };
    },
  },
];

/** What is wrong at any request, and which pods find a mixture now. */
function watch({ cloud, release, violations, finds }: Night, tolerates: boolean) {
  const wrong = new Set<string>();
  const startedWith = new Map<string, string>();
  const mixtures = () =>
    [...startedWith].flatMap(([pod, properties]) => {
      const found = finds(properties);
      return found.has("source") && found.has("copy") ? [`${pod} finds a mixture`] : [];
    });
  const look = () => {
    for (const each of [...violations(), ...(tolerates ? [] : mixtures())]) wrong.add(each);
  };
  cloud.kubernetes.store.onChange((type, object) => {
    if (object.kind !== PODS.kind || !object.metadata.name.startsWith(release.deployment)) return;
    if (type === "ADDED") startedWith.set(object.metadata.name, release.properties);
    if (type === "DELETED") startedWith.delete(object.metadata.name);
    look();
  });
  return { look, mixtures, wrong };
}

/** Somebody who starts pods of a night's release. */
function starterOf({ cloud, release, formerProperties }: Night, { act, insists }: Starter) {
  const { store } = cloud.kubernetes;
  const replicas = () => Number(store.get(DEPLOYMENTS, release.namespace, release.deployment).spec?.replicas);
  const handle: Release = {
    replicas,
    scale: (count, fieldManager) =>
      store.mergePatch(
        DEPLOYMENTS,
        release.namespace,
        release.deployment,
        { spec: { replicas: count } },
        { fieldManager },
      ),
    deploy: () =>
      void release.upgrade({ ...(formerProperties && { properties: formerProperties }), replicaCount: COUNT }),
  };
  let active = false;
  let acted = false;
  const again = () => {
    if (active) acted = act(handle) || acted;
  };
  if (insists)
    store.onChange((_, { kind, metadata, spec }) => {
      if (kind === DEPLOYMENTS.kind && metadata.name === release.deployment && spec?.replicas === 0)
        setImmediate(again);
    });
  return {
    replicas,
    acted: () => acted,
    begin() {
      active = insists;
      acted = act(handle);
    },
    suspend() {
      active = false;
    },
  };
}

for (const world of WORLDS)
  for (const starter of STARTERS)
    test.serial(`${starter.name} at any request: ${world.name}`, async (t) => {
      t.timeout(60 * 60_000);
      const undisturbed = await world.begin(t);
      const whole = await undisturbed.run();
      t.is(whole.error, undefined);
      t.true(undisturbed.ended());
      await undisturbed.cloud.stop();
      const chosen = killedCalls(whole.calls.length, world.step);
      let [returns, messages] = [0, 0];
      for (const at of chosen) {
        const night = await world.begin(t);
        const { look, mixtures, wrong } = watch(night, starter.former === true);
        const somebody = starterOf(night, starter);
        const first = await night.run((number) => {
          look();
          if (number !== at || night.over()) return;
          somebody.begin();
        });
        somebody.suspend();
        const where = `${starter.name} at request ${at}, ${first.calls[at - 1]}\n${first.said.join("\n")}`;
        if (somebody.acted()) returns += 1;
        if (first.error !== undefined) {
          messages += 1;
          t.true(
            WHAT_TO_DO.some((message) => message.test(first.error?.message ?? "")),
            `${first.error.message}\n${where}`,
          );
          const next = await night.run(() => look());
          t.is(next.error?.message, undefined, where);
        }
        look();
        t.deepEqual([[...wrong], mixtures()], [[], []], where);
        t.true(night.ended(), where);
        t.is(somebody.replicas(), somebody.acted() && starter.name === "an autoscaler" ? COUNT + 1 : COUNT, where);
        await night.cloud.stop();
      }
      t.log(`${whole.calls.length} requests, ${returns} returns, ${messages} ends with what to do, 0 violations`);
      t.true(returns > 0);
    });
