import { AdminError } from "../../../pauser/ports";
import { windowBackups } from "../../../pauser/window-backups/backups";
import { HttpClient } from "../../../pauser/window-backups/http";
import type { BackupMaker } from "../../../pauser/window-backups/maker";
import type { VirtualProcess } from "../../unit/pauser/virtual/process";
import type { BackupPlan } from "./schedule";

const TABLES = ["ledger.accounts", "coordinator.state"];

/** With margins of seconds, which only tests may have: a minute of polls at either end takes long to play. */
export const backupSettings = {
  namePrefix: "pause",
  databases: [{ name: "ledger", region: "ap-northeast-1", tables: TABLES, prefixes: [], everyDays: 1, deleteAfter: 7 }],
  marginSeconds: 2,
  requestSeconds: 3,
};

/** The process that makes backups now, by the host that it calls. */
const callers = new Map<string, { process: VirtualProcess; plan: BackupPlan }>();
let hosts = 0;
/** By process. */
const requests = new Map<VirtualProcess, Requests>();

/** When a process has sent its first request for a backup, and when the last one was answered, by the world's clock. */
export interface Requests {
  first: number;
  last: number;
}

export const requestsOf = (process: VirtualProcess): Requests | undefined => requests.get(process);

/** Forgets the processes of an earlier world. */
export function newDynamodb(): void {
  callers.clear();
  requests.clear();
}

/** The code that ships, on a simulated DynamoDB behind its HTTP client. */
export function backupMaker(plan: BackupPlan | undefined, process: VirtualProcess): BackupMaker | undefined {
  if (plan === undefined) return undefined;
  const host = `dynamodb-${hosts++}`;
  callers.set(host, { process, plan });
  return windowBackups({ AWS_ENDPOINT_URL: `http://${host}`, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
}

/** How long the real client waits for an answer. */
const ANSWER_MILLIS = 5000;

HttpClient.prototype.exchange = function exchange({ url, headers, signal }) {
  const { process, plan } = callers.get(url.host) ?? {};
  if (process === undefined || plan === undefined) throw new AdminError(`no process calls ${url.host}`);
  const action = headers?.["x-amz-target"]?.split(".")[1] ?? "";
  const answers = answer(plan, action);
  const { time } = process;
  const asked = requests.get(process) ?? { first: time.now, last: time.now };
  if (action === "CreateBackup") requests.set(process, asked);
  return new Promise((resolve, reject) => {
    // As Node.js's own client: https://nodejs.org/api/http.html#httprequesturl-options-callback (`signal`).
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    process.later(answers === undefined ? ANSWER_MILLIS : plan === "is slow" ? 1500 : 20, () => {
      asked.last = time.now;
      if (answers === undefined) reject(new Error("no answer"));
      else resolve(answers);
    });
  });
};

function answer(plan: BackupPlan, action: string): { status: number; text: string } | undefined {
  if (action === "ListTables") return { status: 200, text: JSON.stringify({ TableNames: TABLES }) };
  if (plan === "no answer") return undefined;
  if (plan === "one is refused") return { status: 400, text: '{"__type":"AccessDeniedException","message":"no"}' };
  if (plan === "is throttled") return { status: 400, text: '{"__type":"LimitExceededException","message":"wait"}' };
  return { status: 200, text: "{}" };
}
