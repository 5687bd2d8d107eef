import { type PauseNeed, pauseNeed, type SetMember } from "../../restore-points/rules/pause-need";
import {
  type DatabaseResource,
  databaseOf,
  isCosmosForNoSql,
  isReplica,
  mayBeDrillCopy,
  TABLE,
  tagOf,
} from "../databases/resources";
import { isScalars, SET_TAG } from "../databases/scalar-use";
import type { SettingSchemas } from "../resource-policy";
import type { StackResource } from "../stack-policy";
import { booleanAt, known, stringAt } from "../values";

const COMPONENT = "scalar-backup:index:ScalarBackup";
const RESTORE = "scalar-backup:index:ScalarRestore";

/** The setting by which databases that are none of ScalarDB's or ScalarDL's are left out of the set. */
export interface SetSettings {
  except: string[];
}

export const SET_SETTINGS: SettingSchemas<SetSettings> = {
  except: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Names of databases that ScalarDB and ScalarDL don't use, as in the program.",
  },
};

/** A database of the set that the stack declares. */
export interface Member {
  resource: StackResource;
  database: DatabaseResource;
}

/** Databases that ScalarDB and ScalarDL use together: one instant has to do for all of them. */
export interface DatabaseSet {
  members: Member[];
  need: PauseNeed;
  /** The `ScalarBackup` that looks after it, if one does. */
  component?: StackResource;
}

/** The databases of ScalarDB and ScalarDL that the stack declares, without replicas and copies. */
export function membersOf(resources: StackResource[], { except }: SetSettings): Member[] {
  return resources.flatMap((resource) => {
    const database = databaseOf(resource.type);
    if (database === undefined || except.includes(resource.name) || isScalars(resource) !== true) return [];
    if (isReplica(resource.props) || isCopy(resource) || !isCosmosForNoSql(resource.props)) return [];
    return { resource, database };
  });
}

/** A recovery's copy takes its source's place in the set only when the program declares it in its own right. */
function isCopy(resource: StackResource): boolean {
  return mayBeDrillCopy(resource) || resource.urn.includes(RESTORE);
}

/**
 * The sets of the stack. A `ScalarBackup` is one, and knows best whether it needs a pause, since it also knows databases that
 * exist. What is declared without it is divided by the tag; tables without the tag belong to the one set there is, if there is
 * only one.
 */
export function setsOf(resources: StackResource[], settings: SetSettings): DatabaseSet[] {
  const members = membersOf(resources, settings);
  const components = resources.filter(({ type }) => type === COMPONENT);
  const tags = new Set(members.flatMap(({ resource }) => setTagOf(resource) ?? []));
  const only = components.length === 1 ? components[0]?.urn : tags.size === 1 ? [...tags][0] : undefined;
  const keyOf = ({ resource }: Member) =>
    components.find(({ urn }) => resource.ancestors.includes(urn))?.urn ??
    (components.length === 1 ? only : setTagOf(resource)) ??
    only ??
    "";
  const keys = new Set([...components.map(({ urn }) => urn), ...members.map(keyOf)]);
  return [...keys].map((key) => {
    const own = members.filter((member) => keyOf(member) === key);
    const component = components.find(({ urn }) => urn === key);
    if (component === undefined) return { members: own, need: pauseNeed(setMembers(own)) };
    const because = stringAt(component.props, "pauseRequired.because");
    return {
      members: own,
      need: {
        required: booleanAt(component.props, "pauseRequired.required") === true,
        because: typeof because === "string" ? because : "",
      },
      component,
    };
  });
}

function setTagOf({ props }: StackResource): string | undefined {
  return known(tagOf(props, SET_TAG));
}

/** ScalarDB's tables in DynamoDB are one database. */
function setMembers(members: Member[]): SetMember[] {
  const tables = members.filter(({ database }) => database === TABLE);
  const others = members.filter(({ database }) => database !== TABLE);
  return [
    ...(tables.length > 0
      ? [{ name: tables.map(({ resource }) => resource.name).join(", "), label: TABLE.label, relational: false }]
      : []),
    ...others.map(({ resource, database }) => ({ ...database, name: resource.name })),
  ];
}
