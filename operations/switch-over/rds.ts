import { PRODUCTION_NAME_TAG, REPLACES_TAG, SWITCHED_OVER_TAG } from "../../restore-points/rules/tag-keys";
import { waitingClock } from "../clock";
import { until } from "../until";
import { isCopyOf, NOTHING_REPLACED, type SwitchOverOf } from "./copy-marks";
import type { Guard, Holder, Member, NameState, Say } from "./member";
import type { RdsDatabase, RdsDatabases } from "./rds-databases";
import type { SwitchedRds } from "./request";

const MINUTE = 60_000;
const POLL_MILLIS = 15_000;
const LIMIT_MILLIS = 2 * 60 * MINUTE;
/** If the database does not show a requested name after this time, the name is requested again. */
const ASK_AGAIN_MILLIS = 5 * MINUTE;
/** An instance is available for a moment before it reboots under its new name. [boto3 #609] */
const SETTLED_MILLIS = MINUTE;

/**
 * How long a new name takes. Instances: "about 10 minutes" [Amazon RDS User Guide, Renaming a DB instance]; Multi-AZ DB clusters:
 * "about 2 minutes" [the same, Renaming a Multi-AZ DB cluster]. Aurora documents none.
 */
const USUAL_MINUTES = { instance: 10, cluster: 2 };

/**
 * Statuses in which a database answers. While it is backed up or its storage is optimized, a new name is refused, and asked for
 * again. [Amazon RDS User Guide, Viewing DB instance status]
 */
const SERVING = new Set(["available", "backing-up", "storage-optimization", "storage-config-upgrade"]);

/** Statuses in which a database may be on its way to another name: it is `modifying` first. [terraform #2439] */
const CHANGING = new Set(["modifying", "renaming"]);

function serves({ status }: RdsDatabase): boolean {
  return SERVING.has(status);
}

/** An RDS instance, an Aurora cluster or a Multi-AZ DB cluster that a copy replaces by taking its identifier. */
export class RdsMember implements Member {
  readonly name: string;
  #source: RdsDatabase | undefined;
  #copy: RdsDatabase | undefined;
  #endpoint = "";

  constructor(
    private readonly database: SwitchedRds,
    private readonly of: SwitchOverOf,
    private readonly rds: RdsDatabases,
    private readonly guard: Guard = async () => {},
  ) {
    this.name = database.name;
  }

  async problems(): Promise<string[]> {
    const { identifier, copyIdentifier, replacedIdentifier } = this.database;
    await this.#find();
    const copy = this.#copy;
    if (copy === undefined)
      return [
        `${this.name}: there is no copy of ${this.of.instant}, neither as ${this.rds.what} ${copyIdentifier} nor as ${identifier} with the tags of this stack; remove restore.switchOver and run "pulumi up" to restore one`,
      ];
    const begun = copy.tags[REPLACES_TAG] !== undefined;
    if (begun) return [];
    const source = this.#source;
    const taken = await this.rds.find(replacedIdentifier);
    return [
      ...[...(source?.obstacles ?? []), ...(source ? await this.rds.neighbours(source) : [])].map(
        (obstacle) => `${this.name}: ${this.rds.what} ${identifier} ${obstacle}`,
      ),
      ...copy.obstacles.map((obstacle) => `${this.name}: ${this.rds.what} ${copyIdentifier} ${obstacle}`),
      ...(source === undefined || serves(source)
        ? []
        : [
            `${this.name}: ${this.rds.what} ${identifier} is ${source.status}, and AWS renames available ones only: wait for it or start it, or, if it is broken, delete it with a final snapshot; the copy then takes the free name`,
          ]),
      ...(serves(copy) ? [] : [`${this.name}: the copy ${copyIdentifier} is ${copy.status}; wait for it`]),
      ...(taken === undefined ? [] : [this.#takenText(source !== undefined)]),
    ];
  }

  #takenText(hasSource: boolean): string {
    const { identifier, replacedIdentifier } = this.database;
    const exists = `${this.name}: ${this.rds.what} ${replacedIdentifier} exists, which is the name that ${identifier} is to get`;
    if (hasSource) return `${exists}; rename or delete it`;
    return `${exists}, and none is named ${identifier}: if it is that database, whose name was taken while the switch-over was aborted, rename it to ${identifier}; do not delete it`;
  }

  async prepare(say: Say): Promise<void> {
    const copy = this.#expectCopy();
    // What it says once, it goes on saying: a database that is not found for a moment is no reason to forget it.
    const replaces = copy.tags[REPLACES_TAG] ?? this.#source?.resourceId ?? NOTHING_REPLACED;
    await this.rds.tag(copy.arn, { [PRODUCTION_NAME_TAG]: this.database.identifier, [REPLACES_TAG]: replaces });
    say(`${this.name}: ${copy.identifier} is marked to replace ${this.database.identifier} (${replaces})`);
  }

  async look(): Promise<NameState[]> {
    const holder = await this.rds.find(this.database.identifier);
    return [{ label: `${this.rds.what} ${this.database.identifier}`, holder: this.#holderOf(holder) }];
  }

  #holderOf(found: RdsDatabase | undefined): Holder {
    if (found === undefined) return "nothing";
    if (found.resourceId === this.#source?.resourceId)
      return found.pendingIdentifier === undefined && !CHANGING.has(found.status) ? "source" : "closing";
    if (found.resourceId !== this.#copy?.resourceId)
      return {
        other: `it is neither the database that is to be replaced nor its copy, but ${found.resourceId}; nothing of it is touched: rename it, then run "pulumi up" again`,
      };
    return serves(found) && found.pendingIdentifier === undefined ? "copy" : "opening";
  }

  async close(say: Say): Promise<void> {
    const { identifier, replacedIdentifier } = this.database;
    if (this.#source === undefined) return;
    let unmarkedSince: number | undefined;
    const isMarked = async () => {
      const copy = await this.rds.findByResourceId(this.#expectCopy().resourceId);
      const now = waitingClock().now();
      unmarkedSince = copy?.tags[REPLACES_TAG] === undefined ? (unmarkedSince ?? now) : undefined;
      // Marks of a moment ago may not be shown yet.
      if (unmarkedSince !== undefined && now - unmarkedSince >= MINUTE)
        throw new Error(
          `${this.name}: ${this.rds.what} ${copy?.identifier} is not marked any more to replace ${identifier}: the switch-over was aborted in the meantime, so nothing is renamed`,
        );
      return unmarkedSince === undefined;
    };
    await this.#rename(this.#source.resourceId, identifier, replacedIdentifier, 0, say, isMarked);
  }

  async open(say: Say): Promise<void> {
    const { identifier, copyIdentifier } = this.database;
    const { resourceId } = this.#expectCopy();
    // An abort may have taken the marks away while the source's new name was on its way already: the next run needs them.
    const copy = await this.rds.findByResourceId(resourceId);
    if (copy !== undefined && copy.tags[REPLACES_TAG] === undefined) await this.prepare(say);
    await this.#rename(resourceId, copyIdentifier, identifier, SETTLED_MILLIS, say);
  }

  async unmark(): Promise<void> {
    if (this.#copy !== undefined) await this.rds.untag(this.#copy.arn, [PRODUCTION_NAME_TAG, REPLACES_TAG]);
  }

  async finish(time: string): Promise<void> {
    const copy = await this.rds.find(this.database.identifier);
    this.#endpoint = copy?.endpoint ?? "";
    if (copy === undefined || copy.tags[SWITCHED_OVER_TAG] !== undefined) return;
    await this.rds.tag(copy.arn, { [SWITCHED_OVER_TAG]: time });
  }

  endpoint(): string {
    return this.#endpoint;
  }

  kept(): string[] {
    const { replacedIdentifier, what, region } = this.database;
    const remove =
      what === "instance"
        ? `aws rds delete-db-instance --region ${region} --db-instance-identifier ${replacedIdentifier} --final-db-snapshot-identifier ${replacedIdentifier}-final`
        : `aws rds delete-db-cluster --region ${region} --db-cluster-identifier ${replacedIdentifier} --final-db-snapshot-identifier ${replacedIdentifier}-final`;
    return [
      `${this.name}: what was replaced is kept as ${this.rds.what} ${replacedIdentifier}; once it is not needed, take its deletion protection away, and remove it by: ${remove}`,
    ];
  }

  /** Source and copy: a copy that is marked says which database it replaces, whatever that is called now. */
  async #find(): Promise<void> {
    const { identifier, copyIdentifier } = this.database;
    const underCopyName = await this.rds.find(copyIdentifier);
    const candidates = underCopyName ? [underCopyName] : await this.rds.all();
    this.#copy = candidates.find((found) => this.#isCopy(found, underCopyName));
    const replaces = this.#copy?.tags[REPLACES_TAG];
    // One that is gone, or was before the switch-over began, does not have to be closed.
    if (replaces === NOTHING_REPLACED) this.#source = undefined;
    else this.#source = replaces ? await this.rds.findByResourceId(replaces) : await this.rds.find(identifier);
  }

  #isCopy({ tags }: RdsDatabase, underCopyName: RdsDatabase | undefined): boolean {
    return (
      isCopyOf(this.of, tags) && (underCopyName !== undefined || tags[PRODUCTION_NAME_TAG] === this.database.identifier)
    );
  }

  #expectCopy(): RdsDatabase {
    if (this.#copy === undefined) throw new Error(`${this.name}: its problems have not been looked for`);
    return this.#copy;
  }

  /** Renames a database unless it has the new name, and waits until it answers under that name and under no other. */
  async #rename(
    resourceId: string,
    from: string,
    to: string,
    settledMillis: number,
    say: Say,
    mayAsk = async () => true,
  ): Promise<void> {
    let askedAt: number | undefined;
    let settledSince: number | undefined;
    await until(
      {
        what: `${this.name}: ${from} becomes ${to}`,
        usualMinutes: USUAL_MINUTES[this.database.what],
        everyMillis: POLL_MILLIS,
        limitMillis: LIMIT_MILLIS,
      },
      async () => {
        const now = waitingClock().now();
        const found = await this.rds.findByResourceId(resourceId);
        if (found === undefined)
          throw new Error(
            `${this.name}: ${this.rds.what} ${resourceId}, which was ${from}, is gone; nothing is opened without it`,
          );
        if (found.identifier === to) {
          const former = await this.rds.find(from);
          const free = former?.resourceId !== resourceId;
          if (!free || !serves(found)) settledSince = undefined;
          else settledSince ??= now;
          const settled = settledSince !== undefined && now - settledSince >= settledMillis;
          return settled ? undefined : `it is ${found.status}, as ${to}`;
        }
        const state = `it is ${found.status}, as ${found.identifier}`;
        const asked = askedAt !== undefined && now - askedAt < ASK_AGAIN_MILLIS;
        if (found.pendingIdentifier === to || asked || !serves(found)) return state;
        if ((await mayAsk()) && (await this.#askForName(found, to))) {
          askedAt = now;
          say(`${this.name}: ${found.identifier} is to become ${to}`);
        }
        return state;
      },
      say,
    );
    say(`${this.name}: ${to} is what was ${from}`);
  }

  /** Whether the new name was asked for; not while the name's former holder still keeps it. */
  async #askForName(found: RdsDatabase, to: string): Promise<boolean> {
    const holder = await this.rds.find(to);
    const known = [this.#source?.resourceId, this.#copy?.resourceId];
    if (holder !== undefined && !known.includes(holder.resourceId))
      throw new Error(
        `${this.name}: ${this.rds.what} ${to} exists, and is neither source nor copy (${holder.resourceId}); nothing of it is touched: rename it, then run "pulumi up" again`,
      );
    if (holder !== undefined) return false;
    // Last: this process may have been suspended while it looked, and another one have aborted the switch-over in the meantime.
    await this.guard();
    return await this.rds.rename(found.identifier, to);
  }
}
