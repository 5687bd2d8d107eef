/** The pages that `--pages` writes: the same as of `scalar-backup points --html` and of `scalar-backup drill`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pointsPage } from "../cli/points/page";
import type { PointVerdict } from "../cli/points/view";
import { badge } from "../cli/report/badge";
import { evidenceOf } from "../cli/report/build";
import { type Evidence, evidenceSchema, isKnown } from "../cli/report/evidence";
import { readOutputs } from "../cli/report/outputs";
import { page } from "../cli/report/page";
import type { ResourceRun } from "../cli/report/resources";
import { versionsOf } from "../cli/report/versions";
import { formatInstant } from "../restore-points/instant";
import { restorePointsOf } from "../restore-points/outputs";
import type { RestorePoints } from "../restore-points/points";
import type { StackResource, StackResult } from "../simulator/engine/stack";

/** The restore of a drill, with what its evidence needs. Times are the simulated cloud's, in epoch milliseconds. */
export interface DrilledRestore {
  /** RFC 3339, UTC. */
  at: string;
  beganMillis: number;
  result: StackResult;
  /** The stack's state after it. */
  resources: readonly StackResource[];
}

/** Writes pages into a folder that exists. */
export class Pages {
  #points: RestorePoints | undefined;
  readonly #verdicts: PointVerdict[] = [];

  constructor(readonly folder: string) {}

  /** What can be restored. */
  points({ outputs }: StackResult): void {
    this.#points = restorePointsOf(outputs);
  }

  /** What a restore has found, for the page of restore points. Epoch milliseconds. */
  found(instant: string, proven: boolean, atMillis: number): void {
    this.#verdicts.push({ instant, proven, at: formatInstant(atMillis) });
  }

  /** What a drill has proved, once its copies are removed. @returns the evidence */
  drill({ at, beganMillis, result, resources }: DrilledRestore, cleanedUpMillis: number): Evidence {
    const runs = new Map(
      result.operations
        .filter(({ kind }) => kind === "create")
        .map(({ urn, startMillis, endMillis }): [string, ResourceRun[]] => [
          urn,
          [
            {
              op: "create",
              begun: formatInstant(beganMillis + startMillis),
              ended: formatInstant(beganMillis + endMillis),
            },
          ],
        ]),
    );
    const evidence = evidenceSchema.parse(
      evidenceOf({
        stack: "organization/scalar-backup/rehearsal",
        instant: at,
        mode: "drill",
        outputs: readOutputs(result.outputs),
        resources,
        runs,
        begun: { at: formatInstant(beganMillis), source: "simulation" },
        by: { person: "npm start" },
        versions: versionsOf(resources, undefined),
        errors: [],
        cleanedUp: { at: formatInstant(cleanedUpMillis), source: "simulation" },
        simulated: true,
        written: formatInstant(cleanedUpMillis),
      }),
    );
    if (this.#points !== undefined) {
      const view = {
        stack: "rehearsal",
        source: "simulated clouds, as of the “pulumi up” before the drill",
        output: this.#points,
        verdicts: this.#verdicts,
        unread: [],
      };
      this.#write("points.html", pointsPage(view, formatInstant(cleanedUpMillis)));
    }
    this.#write("drill.json", `${JSON.stringify(evidence, undefined, 2)}\n`);
    this.#write("drill.html", page(evidence));
    const { verified } = evidence;
    this.#write(
      "badge.svg",
      badge({
        ...(isKnown(verified) && { lastVerified: verified.at }),
        failedSince: !evidence.passed,
        simulated: true,
      }),
    );
    return evidence;
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }
}
