import type { Operation, StackResult } from "../../../simulator/engine/stack";
import type { Instant, Wanted } from "./configuration";
import { ACCOUNTS, ELSEWHERE, FOREIGN, PRESENT, REGION, RESTORED, suffixOf, type World } from "./world";

/** What the documents call the tag of a copy. */
const COPY_TAG = "scalar-backup:copy";
/** Types of databases, and what only a copy's resource has in its name. */
const DATABASE = /:(Table|Cluster|ClusterInstance|Instance)$/;
const COPY = /-(copy|late|early)-/;
/** How an update begins that is refused before it does anything. */
const CONFIGURATION = /^the stack's configuration has a problem/;
/** What no user should see. */
const INTERNAL = /unhandled exception|\n\s+at |\[object |\bundefined\b/;

/** Judges a stack by the clouds' own records, and by what each run plans. */
export class Judge {
  readonly violations = new Set<string>();
  /** What was confirmed when names may have begun to change hands, until that has ended. */
  underWay: Wanted | undefined;
  /** Whether the run that goes on is the first that could move a name. */
  private isFirst = false;
  /** The instant whose copies are in production. */
  switchedTo: Instant | undefined;
  private production: ReadonlyMap<string, string>;
  private foreign: string;
  /** The copies that recoveries have made, by their identities. */
  private permanent = new Map<string, string>();

  constructor(private readonly world: World) {
    this.production = this.identities();
    this.foreign = this.foreignThings();
  }

  violate(text: string): void {
    if (!this.violations.has(text)) this.world.say(`VIOLATION ${text}`);
    this.violations.add(text);
  }

  /** Before a run: from here on, names may change hands. */
  begins(what: string): void {
    const { wanted } = this.world;
    this.isFirst = false;
    if (what !== "up" || wanted.restore?.switchOver !== "confirm" || this.switchedTo === wanted.restore.instant) return;
    if (this.hasMoved()) return;
    this.isFirst = this.underWay === undefined;
    this.underWay = wanted;
  }

  /** Whether a name of production is no more what it was. */
  hasMoved(): boolean {
    return [...this.production.keys()].some((name) => this.holderOf(name) !== "source");
  }

  /** When all has ended: the switch-over itself has started the pods, and resumed the schedule. */
  judgeEnd(): void {
    const { pods, suspended } = this.world.release();
    if (pods !== this.world.pods) this.violate(`in the end, ${pods} of ${this.world.pods} pods run`);
    if (suspended) this.violate("in the end, the pause schedule is suspended");
  }

  /** After it. */
  ended(what: string, result: StackResult): void {
    const { wanted } = this.world;
    for (const { message, severity } of result.diagnostics)
      if (severity === "error" && INTERNAL.test(message)) this.violate(`${what} shows: ${message.slice(0, 2000)}`);
    for (const operation of result.operations) this.judgeOperation(what, operation);
    const under = [...this.production.keys()].map((name) => this.holderOf(name));
    const { switchOver } = wanted.restore ?? {};
    if (what === "up" && result.succeeded && switchOver === "confirm" && this.underWay) {
      if (under.some((holder) => holder !== "copy")) this.violate(`the switch-over has ended, but ${under} answer`);
      this.switchedTo = wanted.restore?.instant;
      this.underWay = undefined;
      // Pods run on the copies: from now on, they are what may not be touched.
      this.production = this.identities();
      this.world.write(PRESENT);
    } else if (this.isFirst && result.diagnostics.some(({ message }) => CONFIGURATION.test(message))) {
      // Nothing of it was run.
      this.underWay = undefined;
    } else if (what === "up" && result.succeeded && switchOver === "abort") {
      this.underWay = undefined;
    }
    this.judgePermanent(what);
    if (this.underWay === undefined) this.judgeUntouched(what);
    else this.judgeKept(what);
    if (this.foreignThings() !== this.foreign) this.violate(`${what} has changed what is somebody else's`);
  }

  private judgeOperation(what: string, { kind, type, name }: Operation): void {
    if (!DATABASE.test(type) || COPY.test(name) || ["same", "read", "refresh"].includes(kind)) return;
    // Of what the program created itself, settings may change.
    if (kind === "update" && this.world.set === "a created instance") return;
    this.violate(`${what} is to ${kind} ${type} ${name}`);
  }

  /** The copies of a recovery stay, whatever becomes of the restore. Those of which a drill has been made go with it. */
  private judgePermanent(what: string): void {
    const present = databasesOf(this.world);
    for (const [id, name] of this.permanent)
      if (!present.has(id)) this.violate(`${what} has deleted ${name}, the copy of a recovery`);
    this.permanent = new Map(
      [...present].flatMap(([id, { name, copyOf }]) => (copyOf === "recovery" ? [[id, name]] : [])),
    );
  }

  private judgeUntouched(what: string): void {
    for (const [name, id] of this.production) {
      if (this.identities().get(name) !== id) this.violate(`after ${what}, ${name} is another database`);
      else if (this.holds(name) && this.world.balanceOf(name) !== PRESENT)
        this.violate(`after ${what}, ${name} has lost its data`);
    }
  }

  /** While names change hands, a whole copy of each exists, and what is replaced is kept where the cloud keeps it. */
  private judgeKept(what: string): void {
    const { world } = this;
    const suffix = `-${suffixOf(world.instants[this.underWay?.restore?.instant ?? "older"])}`;
    for (const [name, id] of this.production) {
      const databases = world.rds.databases();
      const source = databases.find(({ resourceId }) => resourceId === id);
      if (world.tables.includes(name)) {
        const copy = `${name}${suffix}`;
        const whole = this.holds(name) ? world.balanceOf(copy) === RESTORED : world.dynamodb.find(copy) !== undefined;
        if (this.holderOf(name) !== "source" && !whole)
          this.violate(`after ${what}, table ${name} is gone without a copy`);
      } else if (source?.rows("accounts").get("a")?.balance !== PRESENT) {
        this.violate(`after ${what}, what ${name} was is gone`);
      }
    }
  }

  private holderOf(name: string): "source" | "copy" | "nothing" | "other" {
    const id = this.identities().get(name);
    if (id === undefined) return "nothing";
    if (id === this.production.get(name)) return "source";
    return !this.holds(name) || this.world.balanceOf(name) === RESTORED ? "copy" : "other";
  }

  /** Whether its rows say whose they are. */
  private holds(name: string): boolean {
    return name === ACCOUNTS || name === this.world.relational;
  }

  /** What has the production names now. */
  private identities(): Map<string, string> {
    const { world } = this;
    const found = new Map<string, string>();
    for (const name of world.tables) {
      const id = world.dynamodb.find(name)?.tableId;
      if (id !== undefined) found.set(name, id);
    }
    const id = world.database(world.relational)?.resourceId;
    if (id !== undefined) found.set(world.relational, id);
    return found;
  }

  private foreignThings(): string {
    const { world } = this;
    const names = [FOREIGN.instance, FOREIGN.table, ...(world.bait === undefined ? [] : [world.bait])];
    return JSON.stringify(
      names.map((name) => {
        const table = world.dynamodb.find(name);
        return [
          name,
          world.database(name)?.tags,
          table?.tableId,
          table && world.dynamodb.tagsOf(table.arn),
          world.balanceOf(name),
        ];
      }),
    );
  }

  /** What is somebody else's has been changed by somebody else. */
  looksAgain(): void {
    this.foreign = this.foreignThings();
  }
}

/** Every database by its identity, with its name and what its tag says of which restore it is a copy. */
function databasesOf({ cloud: { aws } }: World): Map<string, { name: string; copyOf: string | undefined }> {
  const found = new Map<string, { name: string; copyOf: string | undefined }>();
  for (const region of [REGION, ELSEWHERE]) {
    const tables = aws.dynamodb.region(region);
    for (const name of tables.tableNames()) {
      const { arn, tableId } = tables.table(name);
      found.set(tableId, { name, copyOf: tables.tagsOf(arn).find(({ Key }) => Key === COPY_TAG)?.Value });
    }
    for (const { identifier, resourceId, tags } of aws.rds.region(region).databases())
      found.set(resourceId, { name: identifier, copyOf: tags[COPY_TAG] });
  }
  return found;
}
