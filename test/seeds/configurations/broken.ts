import fc from "fast-check";
import type { Values } from "./maps";
import { HOSTILE } from "./texts";
import { anything } from "./values";

type Steps = (string | number)[];

/** One mistake: where, as a share of all places, and of what kind. */
interface Mistake {
  place: number;
  kind: "replace" | "remove" | "rename" | "add" | "twice" | "wrap" | "unwrap" | "exchange" | "edit";
  value: unknown;
  text: string;
}

const mistake: fc.Arbitrary<Mistake> = fc.record({
  place: fc.nat(9999),
  kind: fc.constantFrom("replace", "remove", "rename", "add", "twice", "wrap", "unwrap", "exchange", "edit"),
  value: anything,
  text: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ minLength: 1, maxLength: 12 })),
});

/** A configuration with up to four mistakes. */
export function broken(values: fc.Arbitrary<Values>): fc.Arbitrary<Values> {
  return fc
    .tuple(values, fc.array(mistake, { minLength: 1, maxLength: 4 }))
    .map(([right, mistakes]) => mistakes.reduce(made, right));
}

function made(values: Values, { place, kind, value, text }: Mistake): Values {
  const places = placesOf(values, []);
  const steps = places[place % places.length];
  if (steps === undefined) return values;
  const other = places[(place * 7 + 3) % places.length] ?? steps;
  const found = valueAt(values, steps);
  switch (kind) {
    case "replace":
      return changed(values, steps, () => value);
    case "exchange":
      return changed(values, steps, () => valueAt(values, other));
    case "wrap":
      return changed(values, steps, (inner) => (place % 2 === 0 ? [inner] : { [text]: inner }));
    case "unwrap":
      return changed(values, steps, (inner) => (isInner(inner) ? Object.values(inner)[0] : inner));
    case "edit":
      return changed(values, steps, (inner) => edited(inner, text, place));
    case "twice":
      return changed(values, steps, (inner) => (Array.isArray(inner) ? [...inner, ...inner] : inner));
    case "add":
      return changed(values, steps, (inner) => added(inner, text, value));
    case "remove":
    case "rename":
      return changed(values, steps.slice(0, -1), (parent) => {
        const key = steps.at(-1);
        if (Array.isArray(parent)) return parent.filter((_, index) => index !== key);
        const entries = Object.entries(parent as Values);
        const kept = entries.filter(([each]) => each !== key);
        return Object.fromEntries(kind === "remove" ? kept : [...kept, [misspelt(String(key), text, place), found]]);
      });
  }
}

function misspelt(key: string, text: string, place: number): string {
  return [key.slice(1), `${key}s`, key.toUpperCase(), text, ` ${key}`][place % 5] as string;
}

function added(inner: unknown, text: string, value: unknown): unknown {
  if (Array.isArray(inner)) return [...inner, value];
  if (!isInner(inner)) return inner;
  return Object.fromEntries([...Object.entries(inner), [text, value]]);
}

function edited(value: unknown, text: string, place: number): unknown {
  if (typeof value === "number") return [value + 1, value - 1, -value, value + 0.5, `${value}`, value * 1e9][place % 6];
  if (typeof value === "boolean") return [!value, `${value}`, value ? "yes" : "no"][place % 3];
  if (typeof value !== "string") return value;
  return [`${value} `, value.toUpperCase(), value.slice(1), value + text, value.repeat(9), "", [value]][place % 7];
}

/** The same with what is at a place replaced; keys such as __proto__ are keys like others. */
function changed(values: Values, steps: Steps, change: (inner: unknown) => unknown): Values {
  const at = (value: unknown, [step, ...rest]: Steps): unknown => {
    if (step === undefined) return change(value);
    if (Array.isArray(value)) return value.map((each, index) => (index === step ? at(each, rest) : each));
    return Object.fromEntries(
      Object.entries(value as Values).map(([key, each]) => [key, key === step ? at(each, rest) : each]),
    );
  };
  // Cast: a map whose values are changed stays one; the configuration itself has no place.
  return at(values, steps) as Values;
}

function valueAt(values: unknown, steps: Steps): unknown {
  return steps.reduce<unknown>((inner, step) => (inner as Values)[step], values);
}

function placesOf(value: unknown, steps: Steps): Steps[] {
  const own = steps.length === 0 ? [] : [steps];
  if (!isInner(value)) return own;
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...own, ...entries.flatMap(([key, each]) => placesOf(each, [...steps, key]))];
}

function isInner(value: unknown): value is object {
  return value !== null && typeof value === "object";
}
