/** One request to the simulated Resource Manager, with its answer. */
export interface ArmExchange {
  /** Whether it came over HTTP, from an operation or a look-up, or from a simulated provider of this process. */
  from: "http" | "provider";
  method: string;
  /** The path and the query. */
  url: string;
  request?: unknown;
  status: number;
  answer?: unknown;
}

let observer: ((exchange: ArmExchange) => void) | undefined;

/** What watches every simulated Azure of this process, to have it judged by what really decides (`test/fidelity/`). */
export function observeAzure(by: ((exchange: ArmExchange) => void) | undefined): void {
  observer = by;
}

/** Reports bodies as they travel: as JSON, without what is undefined, and untouched by what comes later. */
export function reportArmExchange(exchange: ArmExchange): void {
  observer?.(JSON.parse(JSON.stringify(exchange)) as ArmExchange);
}
