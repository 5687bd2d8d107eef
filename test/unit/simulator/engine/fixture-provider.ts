import {
  type ChangeResponse,
  type CheckRequest,
  type CheckResponse,
  type CreateRequest,
  type CreateResponse,
  type DiffRequest,
  type DiffResponse,
  type PropertyDiffKind,
  type PropertyMap,
  type PropertyValue,
  type ReadResponse,
  type SimulatedProvider,
  UNKNOWN,
} from "../../../../simulator/providers/provider";

/** How a change of an input is answered. */
const INPUTS: Record<string, "update" | "replace"> = {
  name: "replace",
  zone: "replace",
  size: "update",
  password: "update",
  tags: "update",
  list: "update",
  /** `create`, `update` or `delete`: what goes wrong with this resource. */
  fails: "update",
  /** How long creating, updating and deleting take. */
  takesMillis: "update",
};

/** Things with a name, kept in memory: enough to see every decision of an engine. */
export class FixtureProvider implements SimulatedProvider {
  readonly name = "fixture";
  readonly version = "1.0.0";
  /** All things that exist, by ID. */
  readonly things = new Map<string, PropertyMap>();
  /** What was called, such as `create a`. */
  readonly calls: string[] = [];
  readonly configurations: PropertyMap[] = [];
  #forgiving = false;
  readonly #named = new Map<string, number>();

  async configure(config: PropertyMap): Promise<void> {
    this.configurations.push(config);
  }

  async check({ urn, type, oldInputs, newInputs }: CheckRequest): Promise<CheckResponse> {
    ensureKnown(type);
    const unknown = Object.keys(newInputs).filter((key) => !(key in INPUTS));
    const failures = unknown.map((property) => ({ property, reason: "no such input" }));
    if (newInputs.size === -1) failures.push({ property: "size", reason: "must not be negative" });
    // What is named automatically keeps its name, as with real providers.
    const name = newInputs.name ?? oldInputs?.name ?? this.#nameFor(urn);
    return { inputs: { ...newInputs, name }, failures };
  }

  async diff({ type, oldInputs, newInputs }: DiffRequest): Promise<DiffResponse> {
    ensureKnown(type);
    const detailedDiff: Record<string, PropertyDiffKind> = {};
    for (const key of Object.keys({ ...oldInputs, ...newInputs })) {
      for (const path of differences(key, oldInputs[key], newInputs[key])) {
        detailedDiff[path] = INPUTS[key] === "replace" ? "update-replace" : "update";
      }
    }
    return { detailedDiff, deleteBeforeReplace: type === "fixture:index:Unique" };
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { urn, type, inputs, preview } = request;
    ensureKnown(type);
    const id = `id-of-${inputs.name}`;
    if (preview) return { id: "", outputs: { ...inputs, address: UNKNOWN, generation: UNKNOWN }, simulatedMillis: 0 };
    this.#call("create", urn, inputs);
    if (this.things.has(id)) throw new Error(`${id} exists already`);
    const outputs = { ...inputs, address: `${inputs.name}.example`, generation: 1 };
    this.things.set(id, outputs);
    return { id, outputs, simulatedMillis: Number(inputs.takesMillis ?? 0) };
  }

  async read({ id, inputs }: { id: string; inputs?: PropertyMap }): Promise<ReadResponse | undefined> {
    const outputs = this.things.get(id);
    if (!outputs) return undefined;
    // Of an import the engine knows the ID alone.
    const known = Object.keys(inputs ?? INPUTS).filter((key) => outputs[key] !== undefined);
    return { id, inputs: Object.fromEntries(known.map((key) => [key, outputs[key] as PropertyValue])), outputs };
  }

  async update(request: {
    urn: string;
    id: string;
    oldOutputs: PropertyMap;
    newInputs: PropertyMap;
    preview: boolean;
  }): Promise<ChangeResponse> {
    const { urn, id, oldOutputs, newInputs, preview } = request;
    const { address = null, generation = 0 } = oldOutputs;
    if (preview) return { outputs: { ...newInputs, address, generation: UNKNOWN }, simulatedMillis: 0 };
    this.#call("update", urn, newInputs);
    const outputs = { ...newInputs, address, generation: Number(generation) + 1 };
    this.things.set(id, outputs);
    return { outputs, simulatedMillis: Number(newInputs.takesMillis ?? 0) };
  }

  async delete({ urn, id, inputs }: { urn: string; id: string; inputs: PropertyMap }) {
    this.#call("delete", urn, inputs);
    this.things.delete(id);
    return { simulatedMillis: Number(inputs.takesMillis ?? 0) };
  }

  async invoke(token: string): Promise<PropertyMap> {
    if (token !== "fixture:index:answer") throw new Error(`no function ${token}`);
    return { answer: "forty-two" };
  }

  async cancel(): Promise<void> {}

  /** Lets succeed what was to fail. */
  forgive(): void {
    this.#forgiving = true;
  }

  #nameFor(urn: string): string {
    const count = (this.#named.get(urn) ?? 0) + 1;
    this.#named.set(urn, count);
    return `${urn.split("::").at(-1)}-${count}`;
  }

  #call(what: string, urn: string, inputs: PropertyMap): void {
    this.calls.push(`${what} ${urn.split("::").at(-1)}`);
    if (inputs.fails === what && !this.#forgiving) throw new Error(`cannot ${what} ${inputs.name}`);
  }
}

function ensureKnown(type: string): void {
  if (type !== "fixture:index:Thing" && type !== "fixture:index:Unique") throw new Error(`${type} is not simulated`);
}

/** The paths at which two values differ, as real providers return them. */
function differences(path: string, before: PropertyValue | undefined, after: PropertyValue | undefined): string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const indices = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index);
    return indices.flatMap((index) => differences(`${path}[${index}]`, before[index], after[index]));
  }
  if (isObject(before) && isObject(after)) {
    return Object.keys({ ...before, ...after }).flatMap((key) =>
      differences(`${path}.${key}`, before[key], after[key]),
    );
  }
  return before === after ? [] : [path];
}

function isObject(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
