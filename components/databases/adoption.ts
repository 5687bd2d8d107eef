import * as pulumi from "@pulumi/pulumi";
import { isTakingAName } from "../../operations/taking-name";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../restore-points/rules/tag-keys";
import type { AwsSettings } from "../cloud-settings";
import { type Declared, isInState, stackIdentity } from "../state";
import { lookUpFor, type RestoreContext } from "./kind";

/**
 * Something that exists under the name of a copy. An `up` that was interrupted leaves what it was creating outside of the
 * state: the next one takes it over by Pulumi's `import`, if it belongs to this stack (docs/decisions/0005).
 */
export interface Adoptable {
  /** For messages: `RDS instance customers-20261122t030012z in ap-northeast-1`. */
  what: string;
  /** The ID by which its provider imports it. */
  id: string;
  /** Whose it is instead, as the end of a sentence; absent for this stack's own. */
  foreign?: string;
  /** Waits until it accepts changes; absent where it does. */
  ready?: () => Promise<void>;
}

/**
 * The ID to import a resource by: of what exists and is this stack's, but not in its state. Undefined where there is nothing
 * to take over. In an `up` it is known once changes are accepted. @throws {Error} for what is somebody else's.
 */
export async function importIdOf(
  { type, logical }: Declared,
  found: Adoptable | undefined,
  { parent }: Pick<RestoreContext, "parent">,
): Promise<string | undefined> {
  // An ID in another form than the state's would make Pulumi delete the copy, so none is given for what is in the state.
  if (found === undefined || (await isInState({ type, logical }, { parent }))) return undefined;
  const { what, id, foreign, ready } = found;
  if (foreign !== undefined)
    throw new Error(
      `${what} exists already and is not changed: ${foreign}. Delete it if it is not needed, or restore to another instant`,
    );
  void pulumi.log.info(`${what} was created by an up of this stack that did not end: it is taken over`, parent);
  if (ready && !pulumi.runtime.isDryRun()) {
    void pulumi.log.info(`waiting for ${what}, which is still being created`, parent);
    await ready();
  }
  return id;
}

/** `importIdOf` for a look-up. The program ends when something else has the name. */
export function adopted(
  database: string,
  declared: Declared,
  context: Pick<RestoreContext, "parent">,
  look: () => Promise<Adoptable | undefined>,
): pulumi.Output<string | undefined> {
  return lookUpFor(database, async () => importIdOf(declared, await look(), context));
}

/**
 * Ends what would change a copy while it takes a production name: another mode than recovery would have it removed later, and by
 * then it may be the only good copy, or production. Allowed where the switch-over is ended.
 * @throws {Error} with how to go on
 */
export function refuseTakingName(tags: Record<string, string>, { aborts }: Pick<RestoreContext, "aborts">): void {
  if (aborts || !isTakingAName(tags)) return;
  throw new Error(
    `a switch-over to ${tags[INSTANT_TAG]} has begun and is not complete, so nothing is changed: go on with it (set restore.at to ${tags[INSTANT_TAG]}, restore.mode to recovery, and restore.switchOver.confirm as before), or, as long as it has taken no production name, end it by restore.switchOver.abort`,
  );
}

/** Whose a thing with these tags is, if it is not this stack's copy as of the instant, or not to be touched by this restore. */
export function foreignBecause(
  tags: Record<string, string>,
  { instant, mode }: Pick<RestoreContext, "instant" | "mode">,
): string | undefined {
  if (tags[COPY_TAG] === undefined) return `it has no tag ${COPY_TAG}, so that it is no copy of this program's`;
  if (tags[STACK_TAG] === undefined) return `it is a copy without the tag ${STACK_TAG}, so its stack is unknown`;
  if (tags[STACK_TAG] !== stackIdentity()) return `it is a copy of the stack ${tags[STACK_TAG]}${drillText(tags)}`;
  if (tags[INSTANT_TAG] !== instant) return `it is a copy as of ${tags[INSTANT_TAG]}, not ${instant}`;
  // Outside of the state are also the copies that a recovery has left for good. A drill's go with it.
  if (tags[COPY_TAG] === "recovery" && mode === "drill")
    return "it is the copy of a recovery, which may be in use, and a drill removes its copies. To take it over, set restore.mode to recovery";
  return undefined;
}

/** What removes another stack's copy, if it is a drill's: the names of copies are the same for all stacks. */
function drillText(tags: Record<string, string>): string {
  if (tags[COPY_TAG] !== "drill") return "";
  const stack = tags[STACK_TAG]?.split("/").at(-1);
  return `, which a drill has made: remove that drill's copies first (scalar-backup drill --stack ${stack} --clean-up; in a program of your own, its update without the restore)`;
}

/**
 * The ID by which the AWS provider imports from a region: its own region needs no mention.
 * [Terraform AWS provider, "Enhanced Region Support": append @<region> to the import ID]
 */
export function awsImportId(id: string, region: string, aws: AwsSettings): string {
  return region === aws.defaultRegion ? id : `${id}@${region}`;
}
