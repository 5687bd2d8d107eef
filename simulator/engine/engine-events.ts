/** Turns the events of the real engine, step by step, into operations. */
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { Diagnostic, Operation, StackEvent } from "./stack";
import { isProviderType, nameOf } from "./urn";

/** An operation without what the engine does not report: simulated times and dependencies. */
export type PlainOperation = Omit<Operation, "startMillis" | "endMillis" | "dependsOn">;

const REPLACEMENTS = ["create-replacement", "read-replacement", "import-replacement"];

/** What the engine's steps are called here. Steps that only mark something have no name, nor has forgetting what was read. */
const KINDS: Record<string, Operation["kind"]> = {
  same: "same",
  create: "create",
  update: "update",
  delete: "delete",
  read: "read",
  refresh: "refresh",
  import: "import",
  "create-replacement": "replace",
  "read-replacement": "replace",
  "import-replacement": "replace",
  "delete-replaced": "delete",
  "remove-pending-replace": "delete",
};
const UNNAMED = ["replace", "discard", "discard-replaced"];

export class EngineEvents {
  readonly diagnostics: Diagnostic[] = [];
  readonly #steps: StepEventMetadata[] = [];
  readonly #failed = new Set<string>();
  readonly #refreshed = new Map<string, StepEventMetadata>();
  /** The stack's outputs as events show them: secrets are hidden. */
  outputs: Record<string, unknown> = {};

  /** @param onEvent Called as the engine goes along with what begins and what is said. */
  constructor(private readonly onEvent: (event: StackEvent) => void) {}

  receive(event: EngineEvent): void {
    const { diagnosticEvent, policyEvent, resourcePreEvent, resOpFailedEvent, resOutputsEvent } = event;
    if (diagnosticEvent) this.#diagnose(diagnosticEvent);
    if (policyEvent) {
      const { enforcementLevel, policyName, message, resourceUrn } = policyEvent;
      const severity = enforcementLevel === "mandatory" ? "error" : "warning";
      this.#report({ severity, message: `${policyName}: ${message}`, ...(resourceUrn && { urn: resourceUrn }) });
    }
    if (resourcePreEvent) this.#begin(resourcePreEvent.metadata);
    if (resOpFailedEvent) this.#failed.add(keyOf(resOpFailedEvent.metadata));
    if (resOutputsEvent) {
      const { metadata } = resOutputsEvent;
      if (metadata.type === "pulumi:pulumi:Stack") this.outputs = metadata.new?.outputs ?? {};
      this.#refreshed.set(metadata.urn, metadata);
    }
  }

  /** The operations that were done, one for each resource, in the order in which they began. */
  operations(): PlainOperation[] {
    const done = this.#steps.filter((step) => !this.#failed.has(keyOf(step)) && !isEnginesOwn(step));
    const replaced = new Set(done.filter(({ op }) => REPLACEMENTS.includes(op)).map(({ urn }) => urn));
    const operations = new Map<string, PlainOperation>();
    for (const step of done) {
      if (UNNAMED.includes(step.op) || (step.op === "refresh" && !isManaged(step))) continue;
      const kind = this.#kindOf(step);
      // The deletion of what was replaced belongs to the replacement.
      if (kind === "delete" && replaced.has(step.urn)) continue;
      operations.set(`${kind} ${step.urn}`, {
        urn: step.urn,
        type: step.type,
        name: nameOf(step.urn),
        kind,
        ...this.#differenceOf(step),
      });
    }
    return [...operations.values()];
  }

  /** Whether a replaced resource was deleted before its replacement was created. */
  deletedFirst(urn: string): boolean {
    const ops = this.#steps.filter((step) => step.urn === urn).map(({ op }) => op);
    const deleted = ops.indexOf("delete-replaced");
    return deleted !== -1 && deleted < ops.indexOf("create-replacement");
  }

  #begin(step: StepEventMetadata): void {
    this.#steps.push(step);
    const { op, urn, type } = step;
    const kind = KINDS[op];
    if (!kind || op === "delete-replaced" || isEnginesOwn(step)) return;
    this.onEvent({ kind: "started", operation: { urn, type, name: nameOf(urn), kind } });
  }

  #kindOf({ op, urn }: StepEventMetadata): Operation["kind"] {
    const kind = KINDS[op];
    if (!kind) throw new Error(`the engine has done "${op}" with ${urn}, which this host does not know`);
    // A refresh that finds nothing is reported as a deletion.
    return kind === "refresh" && this.#refreshed.get(urn)?.op === "delete" ? "delete" : kind;
  }

  #differenceOf(step: StepEventMetadata): { changed: string[]; replacedBy: string[] } {
    const { detailedDiff, keys } = (step.op === "refresh" && this.#refreshed.get(step.urn)) || step;
    if (!detailedDiff) return { changed: [...(step.diffs ?? [])].sort(), replacedBy: [...(keys ?? [])].sort() };
    const changed = Object.keys(detailedDiff).sort();
    return { changed, replacedBy: changed.filter((path) => detailedDiff[path]?.diffKind.endsWith("-replace")) };
  }

  #diagnose({ severity, message, urn, ephemeral }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    // The events contain debug messages too, although their type does not list them.
    if (ephemeral || !["info", "info#err", "warning", "error"].includes(severity)) return;
    this.#report({
      severity: severity === "info#err" ? "info" : severity,
      message: message.replaceAll(/<\{%[^%]*%\}>/g, "").trimEnd(),
      ...(urn && { urn }),
    });
  }

  #report(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
    this.onEvent({ kind: "diagnostic", diagnostic });
  }
}

function keyOf({ op, urn }: StepEventMetadata): string {
  return `${op} ${urn}`;
}

/** Components and provider resources are not looked at by a refresh, though the engine says so. */
function isManaged({ old, type }: StepEventMetadata): boolean {
  return old?.custom === true && !isProviderType(type);
}

/** Default providers are the engine's own business, not the program's. */
function isEnginesOwn({ urn, type }: StepEventMetadata): boolean {
  return isProviderType(type) && nameOf(urn).startsWith("default");
}
