import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { type DeclaredResource, type Exchange, observeAws } from "../../simulator/cloud/aws/observer";
import { type ArmExchange, observeAzure } from "../../simulator/cloud/azure/observer";

/** Where `play.ts` keeps what was played last. */
export const FOLDER = join(__dirname, "../..", "node_modules", ".cache", "scalar-backup", "recording");

/** A line of a recording: what was played, and a message or a resource of it. */
export interface Recorded {
  scene: string;
  exchange?: Exchange;
  armExchange?: ArmExchange;
  declared?: DeclaredResource;
}

/** From now on keeps all that the simulated clouds of this process see. */
export function record(scene: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${scene}-${process.pid}-${threadId}.jsonl`);
  const keep = (recorded: Recorded) => appendFileSync(file, `${JSON.stringify(recorded)}\n`);
  observeAws({
    exchanged: (exchange) => keep({ scene, exchange }),
    declared: (declared) => keep({ scene, declared }),
  });
  observeAzure((armExchange) => keep({ scene, armExchange }));
}

/** What was played last. */
export function recorded(): Recorded[] {
  if (!existsSync(FOLDER)) throw new Error("nothing was recorded: npm run test:fidelity plays it first");
  return readdirSync(FOLDER).flatMap((name) =>
    readFileSync(join(FOLDER, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Recorded),
  );
}
