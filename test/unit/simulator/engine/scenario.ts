import type { ExecutionContext } from "ava";
import { type Stack, type StackResult, secret } from "../../../../simulator/engine/stack";
import type { PropertyMap } from "../../../../simulator/providers/provider";
import type { FixtureProvider } from "./fixture-provider";
import type { Declaration } from "./program/declaration";

/** One run of the fixture program, and what has to come of it. */
export interface Act {
  run: "preview" | "up" | "refresh" | "destroy";
  /** Done to the cloud before the run. */
  before?: (provider: FixtureProvider) => void;
  resources?: Declaration[];
  outputs?: Record<string, unknown>;
  /** The name of the resource before whose declaration the program throws. */
  failAt?: string;
  expected: {
    /** Every operation but the one on the stack itself, by resource name: see `describe`. */
    operations: Record<string, string>;
    outputs?: PropertyMap;
    /** In an error's message, when the run is to fail. */
    error?: RegExp;
    /** What the provider was asked to do, in this order. */
    calls?: string[];
  };
}

/** Acts on one stack, one after the other. They are played on the embedded engine, and by the engine tests on the real one. */
export interface Scenario {
  title: string;
  acts: Act[];
}

export async function play(
  t: ExecutionContext,
  act: Act,
  stack: Stack,
  provider: FixtureProvider,
): Promise<StackResult> {
  act.before?.(provider);
  stack.config = {
    "declared:resources": act.resources ?? [],
    "declared:outputs": act.outputs ?? {},
    "declared:failAt": act.failAt ?? "",
    "declared:password": secret("s3cret"),
    "fixture:endpoint": "loopback",
  };
  provider.calls.length = 0;
  const result = await stack[act.run]();
  const { operations, outputs, error, calls } = act.expected;
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  t.deepEqual(described(result), operations);
  t.is(result.succeeded, error === undefined, errors.map(({ message }) => message).join("\n"));
  if (error)
    t.true(
      errors.some(({ message }) => error.test(message)),
      JSON.stringify(errors),
    );
  if (outputs) t.deepEqual(result.outputs, outputs);
  if (calls) t.deepEqual(provider.calls, calls);
  return result;
}

/** Operations by resource name, each as `<kind> <changed paths> by <paths that replace>`; an import may be followed by an update. */
export function described(result: StackResult): Record<string, string> {
  const described: Record<string, string> = {};
  const operations = result.operations
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(({ name, kind, changed, replacedBy }) => {
      const by = replacedBy.length > 0 ? ["by", replacedBy.join(",")] : [];
      return [name, [kind, ...(changed.length > 0 ? [changed.join(",")] : []), ...by].join(" ")] as const;
    });
  for (const [name, operation] of operations)
    described[name] = described[name] === undefined ? operation : `${described[name]}, ${operation}`;
  return described;
}
