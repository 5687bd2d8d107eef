import fc from "fast-check";
import { broken } from "./broken";
import type { Values } from "./maps";
import { tidied } from "./tidy";
import { written } from "./values";

const tidy = written.map(tidied);

/** Configurations as users write them, and with mistakes: the keys under `scalar-backup:` in a stack's file. */
const configurations: fc.Arbitrary<Values> = fc
  .oneof({ arbitrary: tidy, weight: 4 }, { arbitrary: broken(tidy), weight: 5 }, { arbitrary: written, weight: 1 })
  .map(asYaml);

/** Without what YAML has no text for, such as a key whose value is undefined. */
function asYaml(values: Values): Values {
  return JSON.parse(JSON.stringify(values));
}

/** The configuration of a seed: always the same one for this schema. */
export function configurationOf(seed: number): Values {
  const [values] = fc.sample(configurations, { seed, numRuns: 1 });
  if (values === undefined) throw new Error(`no configuration of seed ${seed}`);
  return values;
}

/** The configuration of a seed that fails, made as small as it fails. */
export function smallest(seed: number, fails: (values: Values) => boolean): Values {
  const { counterexample } = fc.check(
    fc.property(configurations, (values) => !fails(values)),
    { seed, numRuns: 1 },
  );
  return counterexample?.[0] ?? configurationOf(seed);
}

const plannable = tidy;

/** The same of configurations without a mistake, most of which the program accepts. */
export function tidyConfigurationOf(seed: number): Values {
  const [values] = fc.sample(plannable, { seed, numRuns: 1 });
  if (values === undefined) throw new Error(`no configuration of seed ${seed}`);
  return values;
}
