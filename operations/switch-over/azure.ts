import {
  PRODUCTION_NAME_TAG,
  REPLACED_BY_TAG,
  REPLACES_TAG,
  SWITCHED_OVER_TAG,
} from "../../restore-points/rules/tag-keys";
import type { AzureAccessSource } from "../azure";
import type { MovedAddress } from "./addresses";
import { deletionOf, type FoundDatabase, findDatabase, keysOf, labelOf, nameOf, setTags } from "./azure-databases";
import { isCopyOf, NOTHING_REPLACED, type SwitchOverOf } from "./copy-marks";
import type { Member, NameState, Say } from "./member";
import type { AzureDatabase, SwitchedAddress } from "./request";

/**
 * A database of Azure, whose copy has another address. No name of it changes hands, so it has nothing to close or to open: the
 * products' properties decide which of the two is used (`ReleaseAddresses`). Tags say what replaces what.
 */
export class AzureMember implements Member {
  readonly name: string;
  #copy: FoundDatabase | undefined;
  #source: FoundDatabase | undefined;
  #keys: string[] | undefined;

  constructor(
    private readonly database: SwitchedAddress,
    private readonly of: SwitchOverOf,
    private readonly access: AzureAccessSource,
  ) {
    this.name = database.name;
  }

  async problems(): Promise<string[]> {
    const { source, copy } = this.database;
    await this.#find();
    const [found, replaced] = [this.#copy, this.#source];
    if (found === undefined || !isCopyOf(this.of, found.tags))
      return [
        `${this.name}: there is no copy of ${this.of.instant} as ${labelOf(copy)} with the tags of this stack; remove restore.switchOver and run "pulumi up" to restore one`,
      ];
    this.#keys = await keysOf(copy, this.access);
    const by = replaced?.tags[REPLACED_BY_TAG];
    return [
      ...(found.serves ? [] : [`${this.name}: the copy, ${labelOf(copy)}, is ${found.state}; wait for it`]),
      ...(by === undefined || by === nameOf(copy)
        ? []
        : [
            `${this.name}: ${labelOf(source)} ${replaced?.tags[SWITCHED_OVER_TAG] ? "was" : "is being"} replaced by ${by}, not by ${nameOf(copy)}; name in the configuration what the products use now; if they use ${nameOf(source)} again, remove its tags ${REPLACED_BY_TAG} and ${SWITCHED_OVER_TAG}`,
          ]),
    ];
  }

  /** Known after `problems`. */
  address(): MovedAddress {
    const { source, copy } = this.database;
    const host = this.#expectCopy().host;
    return {
      name: this.name,
      // A source that is gone had its name in the same place: Azure's host names begin with the database's.
      source: this.#source?.host || host.replace(nameOf(copy).toLowerCase(), nameOf(source).toLowerCase()),
      copy: host,
      ...(this.#keys && { keys: this.#keys }),
    };
  }

  async prepare(say: Say): Promise<void> {
    const { source, copy } = this.database;
    await this.#tag(copy, this.#expectCopy(), {
      [PRODUCTION_NAME_TAG]: nameOf(source),
      [REPLACES_TAG]: this.#source?.id ?? NOTHING_REPLACED,
    });
    if (this.#source?.serves) await this.#tag(source, this.#source, { [REPLACED_BY_TAG]: nameOf(copy) });
    else
      say(
        `${this.name}: ${labelOf(source)} ${this.#source ? `is ${this.#source.state}` : "is gone"}, and gets no tags`,
      );
    say(`${this.name}: ${nameOf(copy)} is marked to replace ${nameOf(source)}`);
  }

  async look(): Promise<NameState[]> {
    return [];
  }

  async close(): Promise<void> {}

  async open(): Promise<void> {}

  async unmark(): Promise<void> {
    const { source, copy } = this.database;
    const [found, replaced] = [this.#copy, this.#source];
    if (found) await this.#tag(copy, found, { [PRODUCTION_NAME_TAG]: undefined, [REPLACES_TAG]: undefined });
    if (replaced?.serves) await this.#tag(source, replaced, { [REPLACED_BY_TAG]: undefined });
  }

  async finish(time: string): Promise<void> {
    const { source, copy } = this.database;
    await this.#find();
    for (const [database, found] of [
      [copy, this.#copy],
      [source, this.#source],
    ] as const)
      if (found?.serves && found.tags[SWITCHED_OVER_TAG] === undefined)
        await this.#tag(database, found, { [SWITCHED_OVER_TAG]: time });
  }

  endpoint(): string {
    return this.#expectCopy().endpoint;
  }

  kept(): string[] {
    const { source } = this.database;
    if (this.#source === undefined) return [];
    return [
      `${this.name}: what was replaced is kept as ${labelOf(source)}; once it is not needed, take its locks away, and remove it by: ${deletionOf(source)}`,
    ];
  }

  async #find(): Promise<void> {
    [this.#copy, this.#source] = await Promise.all([
      findDatabase(this.database.copy, this.access),
      findDatabase(this.database.source, this.access),
    ]);
  }

  async #tag(database: AzureDatabase, found: FoundDatabase, tags: Record<string, string | undefined>): Promise<void> {
    await setTags(database, found, tags, this.access);
    for (const [key, value] of Object.entries(tags)) {
      if (value === undefined) delete found.tags[key];
      else found.tags[key] = value;
    }
  }

  #expectCopy(): FoundDatabase {
    if (this.#copy === undefined) throw new Error(`${this.name}: its problems have not been looked for`);
    return this.#copy;
  }
}
