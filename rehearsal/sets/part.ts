import { isDeepStrictEqual } from "node:util";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { Bank } from "../scalardb/bank";
import { COORDINATOR_TABLE } from "../scalardb/record";
import { type Database, WrittenStore } from "../scalardb/stores/written";
import { propertiesOf } from "./addresses";
import type { Check, RehearsalSet, RunningSet } from "./set";

/** One database of a set. */
export interface SetPart {
  /** The database's name in the set, and the name of its ScalarDB namespace. */
  name: string;
  /** Its entry in `scalar-backup:databases`, without the name. */
  config: Record<string, unknown>;
  /** Creates the database as it is before this program protects it. */
  build(cloud: SimulatedCloud): RunningPart;
}

/** A running database, and the checks of its copy. */
export interface RunningPart {
  source(): Database;
  /** Its copy. @throws {Error} when it is missing */
  copy(restored: StackResult): Pick<Database, "load">;
  /** Checks of the settings that the restore drops. */
  settings(restored: StackResult): Check[];
  /** All resources of its kind in the places of the database and its copies. */
  existing(): string[];
  /** The ScalarDB properties of its storage, where its copies have other addresses. */
  storage?(): Record<string, string>;
}

/** A set of these databases with a bank's accounts in each; the first one has ScalarDB's coordinator table. */
export function setOf(
  parts: readonly [SetPart, ...SetPart[]],
  about: { name: string; title: string; config: Record<string, unknown>; accountsPerDatabase?: number },
): RehearsalSet {
  const [first] = parts;
  const table = ({ name }: SetPart) => `${name}.accounts`;
  return {
    name: about.name,
    title: about.title,
    config: { ...about.config, "scalar-backup:databases": parts.map(({ name, config }) => ({ name, ...config })) },
    build(cloud): RunningSet {
      const running = parts.map((part) => ({ part, database: part.build(cloud) }));
      const stores = new Map(
        running.map(({ part, database }) => [part, new WrittenStore(part.name, () => database.source())]),
      );
      const existing = () => running.flatMap(({ database }) => database.existing());
      const before = new Set(existing());
      const storeOf = (part: SetPart) => stores.get(part) as WrittenStore;
      const databaseOf = (part: SetPart) => running.find((each) => each.part === part)?.database as RunningPart;
      return {
        bank: new Bank({
          clock: cloud.clock,
          placements: parts.map((part) => ({ store: storeOf(part), table: table(part) })),
          coordinator: storeOf(first),
          accountsPerPlacement: about.accountsPerDatabase,
        }),
        copies: (restored) => ({
          databases: running.map(({ part, database }) => ({
            name: part.name,
            accounts: database.copy(restored).load(table(part)),
          })),
          coordinator: databaseOf(first).copy(restored).load(COORDINATOR_TABLE),
        }),
        past: (instant) => ({
          databases: running.map(({ part, database }) => ({
            name: part.name,
            accounts: database.source().load(table(part), instant),
          })),
          coordinator: databaseOf(first).source().load(COORDINATOR_TABLE, instant),
        }),
        settings: (restored) => running.flatMap(({ database }) => database.settings(restored)),
        leftovers: () => [...new Set(existing())].filter((each) => !before.has(each)),
        missing: () => {
          const now = new Set(existing());
          return [...before].filter((each) => !now.has(each));
        },
        reopen: () => {
          for (const store of stores.values()) store.forget();
        },
        properties() {
          const storages = running.flatMap(({ part, database }) =>
            database.storage ? [[part.name, database.storage()] as const] : [],
          );
          return storages.length < running.length ? undefined : propertiesOf(Object.fromEntries(storages));
        },
        disaster() {
          const source = databaseOf(first).source();
          for (const [key, record] of source.load(table(first)))
            source.write(table(first), key, { ...record, balance: 0 });
          return `a bad release sets every balance in ${table(first)} to 0`;
        },
      };
    },
  };
}

/** The keys whose values differ between a source and its copy. */
export function differing(source: object, copy: object, keys: readonly string[]): string[] {
  // As JSON: undefined counts as absent.
  const value = (of: object, key: string) => JSON.parse(JSON.stringify((of as Record<string, unknown>)[key] ?? null));
  return keys.filter((key) => !isDeepStrictEqual(value(source, key), value(copy, key)));
}

/** A source's keys without those that a copy must not have. */
export function keysBut(source: object, others: readonly string[]): string[] {
  return Object.keys(source).filter((key) => !others.includes(key));
}

/** @param differences the result of `differing` */
export function configuredLikeItsSource(name: string, differences: readonly string[]): Check {
  return {
    claim: `${name}: the copy is configured like its source`,
    holds: differences.length === 0,
    detail: differences.join(", "),
  };
}
