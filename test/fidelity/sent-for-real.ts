import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { CreateDBClusterSnapshotCommand, RDSClient } from "@aws-sdk/client-rds";
import { SENT_ROWS, TRIO, TRIO_INPUTS, TRIO_SNAPSHOT } from "./sent-rows";
import { createForReal, REGION, registerTarget } from "./terraform";

/** A request's members: nested ones by their path, values as text. */
export type Sent = Record<string, string>;

/** What the real provider sends for each row, in the order of the rows. */
export async function sentForReal(moto: string, plugins: string): Promise<(Sent | undefined)[]> {
  const requests: { action: string; sent: Sent }[] = [];
  const proxy = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    requests.push(read(incoming.headers["x-amz-target"], body.toString()));
    const { method, url, headers } = incoming;
    request(new URL(url ?? "/", moto), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }).end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    const cluster = "aws:rds/cluster:Cluster";
    await createForReal(moto, plugins, new Map([[TRIO, { type: cluster, inputs: TRIO_INPUTS }]]));
    const rds = new RDSClient({
      endpoint: moto,
      region: REGION,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await rds.send(
      new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: TRIO, DBClusterSnapshotIdentifier: TRIO_SNAPSHOT }),
    );
    await registerTarget(moto);
    await createForReal(
      endpoint,
      plugins,
      new Map(SENT_ROWS.map(({ type, inputs }, index) => [`row-${index}`, { type, inputs }])),
    );
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
  return SENT_ROWS.map(
    ({ action, inputs }) =>
      requests.find(
        (each) => each.action === action && [inputs.clusterIdentifier, inputs.name].includes(nameIn(each.sent)),
      )?.sent,
  );
}

function nameIn(sent: Sent): string | undefined {
  return sent.DBClusterIdentifier ?? sent.PolicyName;
}

function read(target: string | string[] | undefined, body: string): { action: string; sent: Sent } {
  if (target !== undefined) return { action: String(target).split(".").at(-1) as string, sent: flat(JSON.parse(body)) };
  const { Action = "", Version: _, ...sent } = Object.fromEntries(new URLSearchParams(body));
  return { action: Action, sent };
}

/** Absent members and empty lists are not sent. */
export function flat(value: object, path = ""): Sent {
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, member]): Sent => {
      if (member === undefined) return {};
      if (member instanceof Date) return { [path + name]: member.toISOString().replace(".000Z", "Z") };
      if (typeof member === "object" && member !== null) return flat(member, `${path}${name}.`);
      return { [path + name]: String(member) };
    }),
  );
}
