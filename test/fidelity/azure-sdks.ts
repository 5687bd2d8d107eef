import { spawn } from "node:child_process";
import { join } from "node:path";
import type { ArmExchange } from "../../simulator/cloud/azure/observer";
import { pythonWith } from "./python";

/** Of the versions of the API that are spoken here, where there is one: Data Protection's are of another. */
const SDKS = [
  "azure-mgmt-authorization==4.0.0",
  "azure-mgmt-cosmosdb==9.9.0",
  "azure-mgmt-dataprotection==2.0.1",
  "azure-mgmt-mysqlflexibleservers==1.0.0b1",
  "azure-mgmt-network==28.1.0",
  "azure-mgmt-postgresqlflexibleservers==2.0.0",
];
/** Changed with the list: another list is another folder. */
const FOLDER = "azure-sdks-2026-11";
const SCRIPT = join(__dirname, "azure_sdks.py");

/** What Azure itself does otherwise than its SDKs say. */
const DEVIATIONS = [
  {
    verdict: /^answer properties\.highAvailability\.mode: "Disabled" is none of ZoneRedundant, SameZone$/,
    because: "azure-mgmt-postgresqlflexibleservers 2.0.0 lacks a mode that its version 3.0.0 has",
  },
];

/** What an SDK has against a message, and how many messages of that kind it says so of. */
export interface ArmFinding {
  method: string;
  url: string;
  verdict: string;
  times: number;
}

export interface ArmJudgement {
  findings: ArmFinding[];
  /** How many messages were judged, had a body, and are of the version of the API that their SDK is made for. */
  summary: { judged: number; withBody: number; ofTheSameVersion: number };
}

/**
 * A Python with Azure's management SDKs, installed for this alone into the user's cache directory: npm's are too old for
 * MySQL, and absent for Data Protection.
 * @throws {NoPackages}
 */
export function azureSdks(): string {
  return pythonWith(SDKS, FOLDER);
}

/** Lets the SDKs judge messages to and from the Resource Manager. */
export async function judgedBySdks(python: string, exchanges: readonly ArmExchange[]): Promise<ArmJudgement> {
  const lines = (await printed(python, exchanges)).map((line) => JSON.parse(line));
  const summary: ArmJudgement["summary"] = lines.pop();
  const findings: ArmFinding[] = lines;
  return {
    summary,
    findings: findings.filter(({ verdict }) => !DEVIATIONS.some((each) => each.verdict.test(verdict))),
  };
}

function printed(python: string, exchanges: readonly ArmExchange[]): Promise<string[]> {
  const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  // One that ends before it has read everything says why on stderr.
  child.stdin.on("error", () => {});
  child.stdin.end(exchanges.map((exchange) => `${JSON.stringify(exchange)}\n`).join(""));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(written.stdout.trim().split("\n")) : reject(new Error(`${SCRIPT}: ${written.stderr}`)),
    );
  });
}
