import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { PropertyMap } from "../../simulator/providers/provider";
import { instanceIds, readRequest } from "./moto-proxy";
import { SAMPLE_SUPPORTS, SAMPLES } from "./provider-samples";
import { filled } from "./rows";
import { block, provider, registerTarget } from "./terraform";
import { TerraformFolder } from "./terraform-folder";
import { terraformType } from "./terraform-names";

/** The actions that the provider takes for a type, by what it does to a resource. */
export type Calls = Record<string, Record<"create" | "read" | "update" | "delete", string[]>>;

/** What IAM's actions begin with, by the SDK's names of the services. [Service Authorization Reference] */
const PREFIXES: Record<string, string> = {
  "Application Auto Scaling": "application-autoscaling",
  Backup: "backup",
  DynamoDB: "dynamodb",
  EKS: "eks",
  EventBridge: "events",
  IAM: "iam",
  KMS: "kms",
  RDS: "rds",
  SNS: "sns",
};

/** A request in the provider's log: the provider names the resource's type, and what Terraform has asked of it. */
interface Logged {
  "@message"?: string;
  tf_resource_type?: string;
  tf_rpc?: string;
  "rpc.service"?: string;
  "rpc.method"?: string;
}

/** Has the real provider create, read, change and delete a resource of each type against moto, and reads its requests in its log. */
export async function providerCalls(moto: string, plugins: string): Promise<Calls> {
  const aws = await startAws(moto);
  const calls: Calls = {};
  const keep = (step: "create" | "update" | "delete", { log, problem }: { log: string; problem?: string }) => {
    if (process.env.VERBOSE) console.log(step, new Date().toISOString(), problem?.slice(0, 3000));
    for (const line of log.split("\n")) {
      if (!line.includes("HTTP Request Sent")) continue;
      const logged = JSON.parse(line) as Logged; // Cast: what the provider logs.
      const { tf_resource_type: type, tf_rpc: rpc, "rpc.service": service = "", "rpc.method": method } = logged;
      const token = SAMPLES.find((sample) => terraformType(sample.type) === type)?.type;
      if (token === undefined || method === undefined) continue;
      const of = rpc === "ReadResource" ? "read" : rpc === "ApplyResourceChange" ? step : undefined;
      if (of === undefined) continue;
      const prefix = PREFIXES[service];
      if (prefix === undefined) throw new Error(`the provider asks the service ${service}: add it to PREFIXES`);
      calls[token] ??= { create: [], read: [], update: [], delete: [] };
      const actions = calls[token][of];
      if (!actions.includes(`${prefix}:${method}`)) actions.push(`${prefix}:${method}`);
    }
  };
  try {
    await TerraformFolder.with(async (folder) => {
      await registerTarget(moto);
      await folder.write(configuration(aws.url, false));
      await folder.init(plugins);
      const options = ["-no-color", "-auto-approve", "-parallelism=200"];
      keep("create", await folder.logged("apply", ...options));
      await folder.write(configuration(aws.url, true));
      keep("update", await folder.logged("apply", ...options));
      keep("delete", await folder.logged("destroy", ...options));
    });
  } finally {
    aws.stop();
  }
  return Object.fromEntries(
    Object.entries(calls)
      .sort()
      .map(([type, steps]) => {
        for (const actions of Object.values(steps)) actions.sort();
        return [type, steps];
      }),
  );
}

function configuration(endpoint: string, changed: boolean): object {
  const resource: Record<string, Record<string, object>> = {};
  const add = (type: string, name: string, body: object) => {
    const named = terraformType(type);
    resource[named] ??= {};
    resource[named][name] = body;
  };
  for (const { key, type, inputs } of SAMPLE_SUPPORTS) add(type, key, block(filled(inputs, fill("support"))));
  SAMPLES.forEach(({ type, inputs, change }, index) => {
    const name = `sample-${String(index).padStart(2, "0")}`;
    const all: PropertyMap = changed ? { ...inputs, ...change } : inputs;
    add(type, name, block(filled(all, fill(name))));
  });
  // Moto fails some requests for good: what the provider has asked is known after one.
  return { ...provider(endpoint, { max_retries: 1 }), resource };
}

const INSTANT = new Date(Date.now() - 30 * 60 * 1000).toISOString();

function fill(name: string) {
  return (placeholder: string): string => {
    if (placeholder === "row") return name;
    if (placeholder === "instant") return INSTANT;
    const [key, output = ""] = placeholder.split(".");
    const support = SAMPLE_SUPPORTS.find((each) => each.key === key);
    const attribute = output.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return `\${${terraformType(support?.type ?? "")}.${key}.${attribute}}`;
  };
}

/** Moto, with answers to what it (5.2.1) lacks; whether they are AWS's does not matter: the provider's requests are what counts. */
async function startAws(moto: string) {
  const made = new Map<string, object>();
  const { request: corrected, answer: correctedAnswer } = instanceIds();
  const server = createServer(async (incoming, outgoing) => {
    const { method = "", url = "/", headers } = incoming;
    const body = (await buffer(incoming)).toString();
    const own = answered(made, method, url.split("?")[0] ?? "", String(headers["x-amz-target"] ?? ""), body);
    if (own !== undefined) {
      outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      outgoing.end(JSON.stringify(own));
      return;
    }
    const query = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
    const sent = Buffer.from(query ? (corrected?.(body, headers) ?? body) : body);
    const options = { method, headers: { ...headers, "content-length": String(sent.length) } };
    request(new URL(url, moto), options, async (answer) => {
      const text = (await buffer(answer)).toString();
      const changed = Buffer.from(query ? (correctedAnswer?.(text, readRequest(undefined, body)) ?? text) : text);
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, "content-length": String(changed.length) });
      outgoing.end(changed);
    }).end(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const ACCOUNT = "123456789012";

/** Keeps what is put under a path, and answers with it. */
function answered(
  made: Map<string, object>,
  method: string,
  path: string,
  target: string,
  body: string,
): object | undefined {
  if (/^AnyScaleFrontendService\.(ListTagsForResource|TagResource|UntagResource)$/.test(target)) return { Tags: {} };
  const plain = path.replace(/\/$/, "");
  const kept =
    /^\/(backup-vaults\/[^/]+\/access-policy|backup\/plans\/[^/]+\/selections|restore-testing|clusters\/[^/]+\/pod-identity-associations)/;
  if (/^\/tags\/.*(restore-testing|podidentityassociation)/.test(decodeURIComponent(plain))) return { Tags: {} };
  if (!kept.test(plain)) return undefined;
  const input = body === "" ? {} : (JSON.parse(body) as Record<string, object>); // Cast: what the provider sends.
  if (method === "DELETE") {
    made.delete(plain);
    return {};
  }
  if (method === "GET") return made.get(plain) ?? notFound();
  const described = describe(plain, input);
  for (const [where, what] of Object.entries(described.keeps)) made.set(where, what);
  return described.answer;
}

function notFound(): object {
  return { __type: "ResourceNotFoundException", message: "not found" };
}

function describe(path: string, input: Record<string, object>): { answer: object; keeps: Record<string, object> } {
  const now = Date.now() / 1000;
  const arn = (resource: string) => `arn:aws:backup:ap-northeast-1:${ACCOUNT}:${resource}`;
  if (path.includes("/access-policy")) {
    const [, , vault = ""] = path.split("/");
    const policy = { BackupVaultName: vault, BackupVaultArn: arn(`backup-vault:${vault}`), Policy: input.Policy };
    return { answer: {}, keeps: { [path]: policy } };
  }
  if (path.startsWith("/backup/plans/")) {
    const [, , , BackupPlanId = ""] = path.split("/");
    const answer = { SelectionId: "selection", BackupPlanId, CreationDate: now };
    return { answer, keeps: { [`${path}/selection`]: { ...answer, ...input } } };
  }
  if (path.includes("/selections")) {
    const selection = input.RestoreTestingSelection as Record<string, string>; // Cast: what the provider sends.
    const name = selection.RestoreTestingSelectionName ?? path.split("/").at(-1);
    const plan = path.split("/")[3];
    const answer = {
      RestoreTestingPlanArn: arn(`restore-testing-plan:${plan}`),
      RestoreTestingPlanName: plan,
      RestoreTestingSelectionName: name,
      CreationTime: now,
      UpdateTime: now,
    };
    const where = `/restore-testing/plans/${plan}/selections/${name}`;
    return {
      answer,
      keeps: { [where]: { RestoreTestingSelection: { ProtectedResourceType: "Aurora", ...selection, ...answer } } },
    };
  }
  if (path.startsWith("/restore-testing")) {
    const plan = input.RestoreTestingPlan as Record<string, string>; // Cast: what the provider sends.
    const name = plan.RestoreTestingPlanName ?? path.split("/").at(-1);
    const answer = {
      RestoreTestingPlanArn: arn(`restore-testing-plan:${name}`),
      RestoreTestingPlanName: name,
      CreationTime: now,
      UpdateTime: now,
    };
    return {
      answer,
      keeps: { [`/restore-testing/plans/${name}`]: { RestoreTestingPlan: { ...plan, ...answer } } },
    };
  }
  const [, , clusterName = ""] = path.split("/");
  const association = {
    associationId: "a-1",
    associationArn: `arn:aws:eks:ap-northeast-1:${ACCOUNT}:podidentityassociation/${clusterName}/a-1`,
    clusterName,
    ...input,
  };
  return {
    answer: { association },
    keeps: { [`/clusters/${clusterName}/pod-identity-associations/a-1`]: { association } },
  };
}
