import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../restore-points/error-message";
import { thisRun } from "./problem";

/** This stack in the form `<organization>/<project>/<stack>`. */
export function stackIdentity(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/**
 * The same for look-ups; empty outside of a program, as in `scalar-backup points`. No copy is of such a stack: a database whose
 * name a copy is taking just then is reported as missing.
 */
export function stackIdentityIfAny(): string {
  try {
    return stackIdentity();
  } catch {
    // The SDK's answer where no program runs. In one, there always is an identity.
    return "";
  }
}

/** A resource that is to be declared. */
export interface Declared {
  /** Pulumi's type token. */
  type: string;
  /** Its logical name. */
  logical: string;
}

interface Parent {
  parent?: pulumi.Resource;
}

/** Whether the stack's state has this resource. */
export async function isInState(declared: Declared, context: Parent): Promise<boolean> {
  return (await outputsInState(declared, context)) !== undefined;
}

/** The outputs of this resource in the stack's state; undefined where the state has no such resource. */
export async function outputsInState(
  { type, logical }: Declared,
  { parent }: Parent,
): Promise<Record<string, unknown> | undefined> {
  return (await state()).get(await resolved(pulumi.createUrn(logical, type, parent)));
}

/** Whether the stack's state has a resource of this type, under whatever URN, whose outputs fit. */
export async function isKnownByOutputs(
  type: string,
  fits: (outputs: Record<string, unknown>) => boolean,
): Promise<boolean> {
  const ofType = [...(await state())].filter(([urn]) => urn.split("::")[2]?.split("$").at(-1) === type);
  return ofType.some(([, outputs]) => fits(outputs));
}

/** The outputs that this stack's last `up` has recorded; none before the first. */
export async function stackOutputsInState(): Promise<Record<string, unknown>> {
  const declared = { type: "pulumi:pulumi:Stack", logical: `${pulumi.getProject()}-${pulumi.getStack()}` };
  return (await outputsInState(declared, {})) ?? {};
}

/** The outputs of each resource in a stack's state, by URN. */
type State = ReadonlyMap<string, Record<string, unknown>>;

/** This stack's state, read once in each run. */
function state(): Promise<State> {
  const run = thisRun();
  const known = run && states.get(run);
  if (known) return known;
  const read = readState();
  if (run) states.set(run, read);
  return read;
}

const states = new WeakMap<object, Promise<State>>();

/** Uses the engine's own function, on which stack references are built (docs/decisions/0005). */
async function readState(): Promise<State> {
  const { outputs } = await readOutputs(stackIdentity());
  // Unit tests of a library's user mock the engine: a mock without this function answers with no outputs.
  const resources = outputs ?? {};
  return new Map(Object.entries(resources).map(([urn, { outputs: own = {} }]) => [urn, own]));
}

/** On a backend of local files, who reads a state while the engine saves it finds an empty file next to it, and asks again. */
async function readOutputs(
  stackName: string,
  tries = 20,
): Promise<{ outputs?: Record<string, { outputs?: Record<string, unknown> }> }> {
  try {
    return await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  } catch (error) {
    if (tries === 1 || !/failed to load checkpoint/.test(messageOf(error))) throw error;
    await sleep(100);
    return readOutputs(stackName, tries - 1);
  }
}

function resolved<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => {
    // Cast: `apply` hands over the type with outputs unwrapped, which for a value without outputs is the type itself.
    output.apply((value) => resolve(value as Value));
  });
}
