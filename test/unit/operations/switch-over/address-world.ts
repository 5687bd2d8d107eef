import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";
import { abort, switchOver, switchOverObstacles } from "../../../../operations/switch-over";
import type { SwitchOverResult } from "../../../../operations/switch-over/protocol";
import type { SwitchOver, SwitchOverAccess } from "../../../../operations/switch-over/request";
import { AZURE_RESOURCE_GROUP } from "../../../../rehearsal/sets/azure";
import { buildAzurePostgresql } from "../../../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../../../rehearsal/sets/cosmosdb";
import { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import type { ReleaseUpgrade } from "../../../../simulator/cloud/kubernetes/cluster";
import type { RequestFailure } from "../../../../simulator/cloud/request-failures";
import { cronJob, journalIn, leasesOf } from "./scene";
import { ACCESS, createInstance, INSTANT, MARKS, passingTime, REGION, STACK, SUFFIX } from "./world";

export const LEDGER = { namespace: "scalar", name: "ledger" };
export const AUDITOR = { namespace: "scalar", name: "auditor" };
const SCHEDULE = { namespace: "scalar", name: "pause" };

/** What a run of the operation says, and how it ends. */
export interface Run {
  said: string[];
  calls: string[];
  error?: Error;
  killed: boolean;
  result?: SwitchOverResult;
}

/** What goes wrong, at a request by its number, or at the first that matches. */
export interface Fault {
  at: number | RegExp;
  failure: RequestFailure;
}

/** What somebody else does, before each request is served; they are numbered from 1. */
export type Interference = (number: number) => void;

/** Lets it happen before each request to a cloud or a cluster. */
export function interfere({ failures }: SimulatedCloud, happens: Interference): void {
  // No request has this number: they are counted only.
  failures.arm(0, "no connection", () => {
    happens(failures.requests.length + 1);
    return true;
  });
}

function arm(cloud: SimulatedCloud, fault: Fault | Interference): void {
  if (typeof fault === "function") {
    interfere(cloud, fault);
    return;
  }
  const { failures } = cloud;
  const { at, failure } = fault;
  if (typeof at === "number") {
    failures.arm(at, failure);
    return;
  }
  let reached = false;
  failures.arm(1, failure, (request) => {
    reached ||= at.test(request);
    return reached;
  });
}

/**
 * Ledger on a Cosmos DB account and an RDS instance, Auditor on an Azure PostgreSQL server, each with its copy: two releases, of which
 * the copies of two databases have other addresses, and that of the third takes the production name.
 */
export async function addressWorld(t: ExecutionContext) {
  const time = passingTime(t, 1);
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  const { AWS_ENDPOINT_URL, ...environment } = cloud.environment();
  // A process that was killed would go on asking for up to 15 s of real time, which no test can pass by.
  Object.assign(process.env, { AWS_ENDPOINT_URL }, environment, { NODE_OPTIONS: "", AWS_MAX_ATTEMPTS: "2" });
  const wait = async (millis: number) => {
    time.pass(millis);
    await new Promise((resolve) => setTimeout(resolve, 1));
    // Pods start and end in real time, which no limit of the operation counts: a busy machine is no fault.
    await Promise.all(cloud.kubernetes.releases.map((release) => release.reconcile()));
  };
  t.teardown(useWaitingClock({ now: time.now, wait }));

  for (const name of ["ledger-prod", `ledger-prod${SUFFIX}`, "foreign"]) buildCosmosdb(cloud, name);
  for (const name of ["auditor-prod", `auditor-prod${SUFFIX}`]) buildAzurePostgresql(cloud, name);
  const accounts = cloud.azure.cosmosdb;
  const servers = cloud.azure.postgresql;
  Object.assign(accounts.account(`ledger-prod${SUFFIX}`).tags, MARKS);
  Object.assign(servers.server(`auditor-prod${SUFFIX}`).tags, MARKS);
  const { instances } = cloud.aws.rds.region(REGION);
  for (const [identifier, marks, balance] of [
    ["stock", {}, 7],
    [`stock${SUFFIX}`, MARKS, 5],
  ] as const) {
    createInstance(cloud.aws.rds.region(REGION), identifier, marks);
    instances.instance(identifier).put("accounts", "a", { balance });
  }
  time.pass(60 * 60_000);

  const ledgerOn = (account: string) =>
    [
      "scalar.db.storage=multi-storage",
      `scalar.db.multi_storage.storages.ledger.contact_points=${accounts.account(account).endpoint}`,
      `scalar.db.multi_storage.storages.ledger.password=${accounts.account(account).keys.primaryMasterKey}`,
      "scalar.db.multi_storage.storages.stock.contact_points=jdbc:postgresql://stock.rds.example.com/",
    ].join("\n");
  const auditorOn = (server: string) =>
    `scalar.db.storage=jdbc\nscalar.db.contact_points=jdbc:postgresql://${servers.server(server).host}:5432/auditor?ssl=true`;
  const { kubernetes } = cloud;
  const releases = {
    ledger: await kubernetes.installRelease({
      ...LEDGER,
      product: "ledger",
      replicas: 3,
      envoy: 1,
      properties: ledgerOn("ledger-prod"),
    }),
    auditor: await kubernetes.installRelease({
      ...AUDITOR,
      product: "auditor",
      replicas: 2,
      properties: auditorOn("auditor-prod"),
    }),
  };
  kubernetes.store.create(cronJob(SCHEDULE, [LEDGER, AUDITOR]));
  for (const lease of leasesOf([LEDGER, AUDITOR])) kubernetes.store.create(lease);

  const request: SwitchOver = {
    instant: INSTANT,
    stack: STACK,
    databases: [
      {
        service: "azure",
        name: "ledger",
        source: { what: "account", accountName: "ledger-prod", resourceGroupName: AZURE_RESOURCE_GROUP },
        copy: { what: "account", accountName: `ledger-prod${SUFFIX}`, resourceGroupName: AZURE_RESOURCE_GROUP },
      },
      {
        service: "rds",
        name: "stock",
        region: REGION,
        what: "instance",
        identifier: "stock",
        copyIdentifier: `stock${SUFFIX}`,
        replacedIdentifier: `stock-replaced${SUFFIX}`,
      },
      {
        service: "azure",
        name: "auditor",
        source: {
          what: "server",
          product: "postgresql",
          serverName: "auditor-prod",
          resourceGroupName: AZURE_RESOURCE_GROUP,
        },
        copy: {
          what: "server",
          product: "postgresql",
          serverName: `auditor-prod${SUFFIX}`,
          resourceGroupName: AZURE_RESOURCE_GROUP,
        },
      },
    ],
    clusters: [
      {
        cluster: "default",
        releases: [
          { ...LEDGER, databases: ["ledger", "stock"] },
          { ...AUDITOR, databases: ["auditor"] },
        ],
        schedule: SCHEDULE,
      },
    ],
  };
  const access: SwitchOverAccess = {
    aws: ACCESS,
    azure: {},
    clusters: { default: { kubeconfig: kubernetes.kubeconfig } },
  };

  const upgrades: Record<"ledger" | "auditor", ReleaseUpgrade> = {
    ledger: { properties: ledgerOn(`ledger-prod${SUFFIX}`), replicaCount: 0 },
    auditor: { properties: auditorOn(`auditor-prod${SUFFIX}`), replicaCount: 0 },
  };
  /** What a colleague does when the switch-over asks for it. */
  const upgradeAll = async () => {
    for (const name of ["ledger", "auditor"] as const) await releases[name].upgrade(upgrades[name]);
  };

  type Colleague = (line: string) => void;
  const colleague: Colleague = (line) => {
    if (line.startsWith("upgrade the releases now")) void upgradeAll();
  };
  const play = async (work: typeof switchOver, helps: Colleague, fault?: Fault | Interference): Promise<Run> => {
    const said: string[] = [];
    cloud.failures.reset();
    if (fault) arm(cloud, fault);
    const error = await work(request, access, (line) => {
      said.push(line);
      helps(line);
    }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    const calls = [...cloud.failures.requests];
    const killed = cloud.failures.dead;
    cloud.failures.reset();
    const last = said.at(-1);
    return {
      said,
      calls,
      killed,
      ...(error && { error }),
      ...(last?.startsWith("{") && { result: JSON.parse(last) as SwitchOverResult }),
    };
  };

  const addressesOf = (): Record<"ledger" | "auditor" | "stock", "source" | "copy" | "nothing"> => ({
    ledger: releases.ledger.properties.includes(SUFFIX) ? "copy" : "source",
    auditor: releases.auditor.properties.includes(SUFFIX) ? "copy" : "source",
    stock: balanceOf("stock") === 7 ? "source" : balanceOf("stock") === 5 ? "copy" : "nothing",
  });
  const balanceOf = (identifier: string) =>
    instances.find(identifier)?.rows("accounts").get("a")?.balance as number | undefined;
  /** What is wrong, by the clouds' own records. */
  const violations = (): string[] => {
    const wrong: string[] = [];
    const used = Object.values(addressesOf());
    const running = kubernetes.pods("scalar", "ledger").length + kubernetes.pods("scalar", "auditor").length;
    if (running > 0 && new Set(used).size > 1) wrong.push(`${running} pods run on ${used}`);
    if (running > 0 && used.includes("nothing")) wrong.push(`${running} pods run without a database`);
    if (![`stock${SUFFIX}`, "stock"].some((name) => balanceOf(name) === 5))
      wrong.push("the copy of stock is incomplete");
    if (![`stock-replaced${SUFFIX}`, "stock"].some((name) => balanceOf(name) === 7))
      wrong.push("what stock was is gone");
    if (accounts.accounts().length !== 3 || servers.all().length !== 2) wrong.push("a database of Azure is gone");
    if (Object.keys(accounts.account("foreign").tags).length !== 1) wrong.push("a foreign account was touched");
    return wrong;
  };
  return {
    cloud,
    releases,
    request,
    access,
    upgrades,
    upgradeAll,
    colleague,
    addressesOf,
    suffix: SUFFIX,
    violations,
    tags: {
      source: () => [accounts.account("ledger-prod").tags, servers.server("auditor-prod").tags],
      copy: () => [accounts.account(`ledger-prod${SUFFIX}`).tags, servers.server(`auditor-prod${SUFFIX}`).tags],
    },
    journal: () => journalIn(kubernetes),
    pods: (release: "ledger" | "auditor") => kubernetes.pods("scalar", release).length,
    run: (helps: Colleague = colleague, fault?: Fault | Interference) => play(switchOver, helps, fault),
    abort: () => play(abort, () => {}),
    obstacles: () => switchOverObstacles(request, access),
  };
}
