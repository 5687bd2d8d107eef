import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import { AwsProvider } from "../../../../../simulator/providers/aws/provider";
import type { PropertyDiffKind, PropertyMap } from "../../../../../simulator/providers/provider";

export const REGION = "ap-northeast-1";

/** What an engine would do about a difference. */
export type Verdict = "no change" | "in place" | "replace";

/** Thrown when inputs don't pass the provider's check. */
export class Refused extends Error {
  readonly properties: string[];

  constructor(failures: { property: string; reason: string }[]) {
    super(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
    this.properties = failures.map((failure) => failure.property);
  }
}

/** A simulated AWS with its provider, and the steps of an engine for single resources. */
export class Scene {
  readonly clock = new SimulatedClock();
  readonly aws = new AwsCloud(this.clock, 1);
  readonly provider = new AwsProvider(this.aws);

  static async start(config: PropertyMap = {}): Promise<Scene> {
    const scene = new Scene();
    await scene.provider.configure({ region: REGION, ...config });
    return scene;
  }

  async create(type: string, inputs: PropertyMap, name = "resource"): Promise<Deployed> {
    const urn = `urn:pulumi:test::test::${type}::${name}`;
    const checked = await this.check(urn, type, inputs);
    const created = await this.provider.create({ urn, type, inputs: checked, preview: false });
    return new Deployed(this, urn, type, created.id, checked, created.outputs, created.simulatedMillis);
  }

  async check(urn: string, type: string, newInputs: PropertyMap, oldInputs?: PropertyMap): Promise<PropertyMap> {
    const { inputs, failures } = await this.provider.check({ urn, type, newInputs, oldInputs });
    if (failures.length > 0) throw new Refused(failures);
    return inputs;
  }
}

/** A resource as an engine keeps it in its state. */
export class Deployed {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly simulatedMillis: number;
  inputs: PropertyMap;
  outputs: PropertyMap;
  readonly #scene: Scene;

  constructor(
    scene: Scene,
    urn: string,
    type: string,
    id: string,
    inputs: PropertyMap,
    outputs: PropertyMap,
    simulatedMillis: number,
  ) {
    this.#scene = scene;
    this.urn = urn;
    this.type = type;
    this.id = id;
    this.inputs = inputs;
    this.outputs = outputs;
    this.simulatedMillis = simulatedMillis;
  }

  async diff(inputs: PropertyMap, ignoreChanges: string[] = []): Promise<Record<string, PropertyDiffKind>> {
    const checked = await this.#scene.check(this.urn, this.type, inputs, this.inputs);
    for (const name of ignoreChanges) {
      const old = this.inputs[name];
      if (old === undefined) delete checked[name];
      else checked[name] = old;
    }
    const { detailedDiff } = await this.#scene.provider.diff({
      urn: this.urn,
      type: this.type,
      id: this.id,
      oldInputs: this.inputs,
      oldOutputs: this.outputs,
      newInputs: checked,
      ignoreChanges,
    });
    return detailedDiff;
  }

  async verdict(inputs: PropertyMap, ignoreChanges: string[] = []): Promise<Verdict> {
    const kinds = Object.values(await this.diff(inputs, ignoreChanges));
    if (kinds.length === 0) return "no change";
    return kinds.some((kind) => kind.endsWith("-replace")) ? "replace" : "in place";
  }

  async update(inputs: PropertyMap): Promise<void> {
    const newInputs = await this.#scene.check(this.urn, this.type, inputs, this.inputs);
    const { outputs } = await this.#scene.provider.update({
      urn: this.urn,
      type: this.type,
      id: this.id,
      oldInputs: this.inputs,
      oldOutputs: this.outputs,
      newInputs,
      preview: false,
    });
    this.inputs = newInputs;
    this.outputs = outputs;
  }

  /** Reads the live state back; false when the resource is gone. */
  async refresh(): Promise<boolean> {
    const read = await this.#scene.provider.read({
      urn: this.urn,
      type: this.type,
      id: this.id,
      inputs: this.inputs,
      outputs: this.outputs,
    });
    if (!read) return false;
    this.inputs = read.inputs;
    this.outputs = read.outputs;
    return true;
  }

  async delete(): Promise<void> {
    await this.#scene.provider.delete({
      urn: this.urn,
      type: this.type,
      id: this.id,
      inputs: this.inputs,
      outputs: this.outputs,
    });
  }
}
