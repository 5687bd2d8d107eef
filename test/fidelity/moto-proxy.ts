import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request's members: nested ones by their path, values as text. */
export type Sent = Record<string, string>;

export interface RecordedRequest {
  action: string;
  sent: Sent;
}

/** What a proxy changes on the way. */
export interface Corrections {
  request?(body: string, headers: IncomingHttpHeaders): string;
  answer?(body: string, asked: RecordedRequest): string;
  /** The body of an answer that is given in place of moto's, which is not asked. */
  instead?(asked: RecordedRequest): string | undefined;
}

/** Passes requests on to moto, and records them. */
export async function startProxy(moto: string, corrections: Corrections = {}) {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const asked = (await buffer(incoming)).toString();
    const recorded = readRequest(headers["x-amz-target"], asked);
    requests.push(recorded);
    const own = corrections.instead?.(recorded);
    if (own !== undefined) {
      outgoing.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      outgoing.end(own);
      return;
    }
    const body = Buffer.from(corrections.request?.(asked, headers) ?? asked);
    const sent = { ...headers, "content-length": String(body.length) };
    request(new URL(url ?? "/", moto), { method, headers: sent }, async (answer) => {
      const text = (await buffer(answer)).toString();
      const corrected = Buffer.from(corrections.answer?.(text, recorded) ?? text);
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, "content-length": String(corrected.length) });
      outgoing.end(corrected);
    }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export function readRequest(target: string | string[] | undefined, body: string): RecordedRequest {
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

/**
 * Moto (5.2.1) gives all instances one resource id. This gives each an id of its own, which stays when it is renamed, and finds
 * it by that.
 */
export function instanceIds(): Corrections {
  const ids = new Map<string, string>();
  let last = 0;
  const idOf = (name: string): string => {
    let id = ids.get(name);
    if (id === undefined) {
      last += 1;
      id = `db-INSTANCE${last}`;
      ids.set(name, id);
    }
    return id;
  };
  return {
    request(body) {
      const form = new URLSearchParams(body);
      if (form.get("Filters.Filter.1.Name") !== "dbi-resource-id") return body;
      const id = form.get("Filters.Filter.1.Values.Value.1");
      const name = [...ids].find(([, each]) => each === id)?.[0];
      for (const member of [...form.keys()]) if (member.startsWith("Filters.")) form.delete(member);
      form.set("DBInstanceIdentifier", name ?? "none");
      return form.toString();
    },
    answer(body, { action, sent }) {
      const failed = body.includes("<Error>");
      const { DBInstanceIdentifier: name = "", NewDBInstanceIdentifier: newName } = sent;
      if (action === "ModifyDBInstance" && newName && !failed) {
        ids.set(newName, idOf(name));
        ids.delete(name);
      }
      if (action === "DeleteDBInstance" && !failed) ids.delete(name);
      return body.replace(/<DBInstance>.*?<\/DBInstance>/gs, (instance) => {
        const [, described = ""] = /<DBInstanceIdentifier>([^<]*)</.exec(instance) ?? [];
        const id = action === "DeleteDBInstance" ? "db-DELETED" : idOf(described);
        return instance.replace(/<DbiResourceId>[^<]*</, `<DbiResourceId>${id}<`);
      });
    },
  };
}

/**
 * Moto (5.2.1) gives tables no id, and does not know DescribeKinesisStreamingDestination. This gives each table an id, which
 * lasts as long as the table and is listed with its backups, and answers that none streams to Kinesis.
 */
export function tableIds(): Corrections {
  const present = new Map<string, string>();
  const ofBackups = new Map<string, string | undefined>();
  return {
    instead: ({ action, sent }) =>
      action === "DescribeKinesisStreamingDestination"
        ? JSON.stringify({ TableName: sent.TableName, KinesisDataStreamDestinations: [] })
        : undefined,
    answer(body, { action, sent: { TableName = "" } }) {
      if (!/Table|Backup/.test(action) || !body.startsWith("{")) return body;
      const answer = JSON.parse(body) as DescribedTables; // Cast: what DynamoDB answers to these actions.
      for (const table of [answer.Table, answer.TableDescription]) {
        if (table?.CreationDateTime === undefined) continue;
        table.TableId = `${table.TableName}-${table.CreationDateTime}`;
        present.set(table.TableName, table.TableId);
      }
      if (answer.BackupDetails && action === "CreateBackup")
        ofBackups.set(answer.BackupDetails.BackupArn, present.get(TableName));
      for (const backup of answer.BackupSummaries ?? []) backup.TableId = ofBackups.get(backup.BackupArn);
      return JSON.stringify(answer);
    },
  };
}

/** The members of answers in which tables and backups are described. */
interface DescribedTables {
  Table?: DescribedTable;
  TableDescription?: DescribedTable;
  BackupDetails?: { BackupArn: string };
  BackupSummaries?: { BackupArn: string; TableId?: string }[];
}

interface DescribedTable {
  TableName: string;
  CreationDateTime?: number;
  TableId?: string;
}
