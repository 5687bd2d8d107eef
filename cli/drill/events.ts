import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { ResourceRun, StackResource } from "../report/resources";

/** What one run of the engine said and did. */
export class EventLog {
  /** By URN, in the order in which they began. */
  readonly runs = new Map<string, ResourceRun[]>();
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  /** What the run declares, with the parents that are needed to know of which database it is. */
  readonly resources = new Map<string, StackResource>();
  /** The stack's outputs as events show them: secrets are hidden. */
  outputs: Record<string, unknown> = {};

  receive({ timestamp, resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent }: EngineEvent): void {
    const at = new Date(timestamp * 1000).toISOString().replace(/\.\d+Z$/, "Z");
    if (resourcePreEvent) this.#begin(resourcePreEvent.metadata, at);
    if (resOutputsEvent) this.#end(resOutputsEvent.metadata, at, false);
    if (resOpFailedEvent) this.#end(resOpFailedEvent.metadata, at, true);
    if (diagnosticEvent && !diagnosticEvent.ephemeral) {
      const message = diagnosticEvent.message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
      if (diagnosticEvent.severity === "error") this.errors.push(message);
      if (diagnosticEvent.severity === "warning") this.warnings.push(message);
    }
  }

  #begin(metadata: StepEventMetadata, begun: string): void {
    const { urn, type, op, new: declared, old } = metadata;
    const { parent, custom, inputs } = declared ?? old ?? { parent: "", custom: false, inputs: {} };
    this.resources.set(urn, { urn, type, parent, inputs, ...(custom !== undefined && { custom }) });
    const runs = this.runs.get(urn) ?? [];
    this.runs.set(urn, [...runs, { op, begun }]);
  }

  #end({ urn, op, type, new: declared }: StepEventMetadata, ended: string, failed: boolean): void {
    if (type === "pulumi:pulumi:Stack") this.outputs = declared?.outputs ?? this.outputs;
    // The last one of this step: a resource may be created, and what it replaces deleted.
    const run = this.runs.get(urn)?.findLast((each) => each.op === op && each.ended === undefined);
    if (run === undefined) return;
    run.ended = ended;
    if (failed) run.failed = true;
  }
}

/** The ops that leave a resource as it is. */
const QUIET = ["same", "read", "read-replacement", "refresh", "discard", "discard-replaced", "remove-pending-replace"];

/** Whether a step changes a resource in the cloud; components and the engine's own resources are in no cloud. */
export function isChange({ op, type, new: declared, old }: StepEventMetadata): boolean {
  const custom = declared?.custom ?? old?.custom;
  return custom === true && !type.startsWith("pulumi:") && !QUIET.includes(op);
}

/**
 * Keeps what runs did in a file, line by line, so that a drill that was killed, and goes on, still has the times that it saw. Without
 * the file it goes on as well: then some times are unknown.
 */
export class RunFile {
  constructor(readonly path: string) {}

  read(): Map<string, ResourceRun[]> {
    const runs = new Map<string, ResourceRun[]>();
    if (!existsSync(this.path)) return runs;
    for (const line of readFileSync(this.path, "utf8").split("\n")) {
      const noted = noteOf(line);
      if (noted === undefined) continue;
      const { urn, ...run } = noted;
      const known = runs.get(urn) ?? [];
      // The end of a step that has a line for its beginning.
      const open = known.findLast((each) => each.op === run.op && each.begun === run.begun);
      if (open) Object.assign(open, run);
      else runs.set(urn, [...known, run]);
    }
    return runs;
  }

  note(urn: string, run: ResourceRun): void {
    appendFileSync(this.path, `${JSON.stringify({ urn, ...run })}\n`);
  }
}

/** A kill may leave half a line. */
function noteOf(line: string): (ResourceRun & { urn: string }) | undefined {
  try {
    const noted = JSON.parse(line);
    return typeof noted.urn === "string" && typeof noted.op === "string" && typeof noted.begun === "string"
      ? noted
      : undefined;
  } catch {
    return undefined;
  }
}
