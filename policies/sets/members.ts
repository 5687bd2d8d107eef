import { type PauseNeed, pauseNeed, type SetMember } from "../../components/rules/pause-need";
import {
  type DatabaseResource,
  databaseOf,
  isCosmosForNoSql,
  isReplica,
  mayBeDrillCopy,
  TABLE,
} from "../databases/resources";
import type { SettingSchemas } from "../resource-policy";
import type { StackResource } from "../stack-policy";
import { booleanAt, stringAt } from "../values";

/** The setting by which databases that are none of ScalarDB's or ScalarDL's are left out of the set. */
export interface SetSettings {
  except: string[];
}

export const SET_SETTINGS: SettingSchemas<SetSettings> = {
  except: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Names of databases that ScalarDB and ScalarDL don't use, as the program calls them.",
  },
};

/** A database of the set that the stack declares. */
export interface Member {
  resource: StackResource;
  database: DatabaseResource;
}

/** The databases that the stack declares, without replicas and copies of a drill: taken to be one set. */
export function membersOf(resources: StackResource[], { except }: SetSettings): Member[] {
  return resources.flatMap((resource) => {
    const database = databaseOf(resource.type);
    if (database === undefined || except.includes(resource.name)) return [];
    if (isReplica(resource.props) || mayBeDrillCopy(resource) || !isCosmosForNoSql(resource.props)) return [];
    return { resource, database };
  });
}

/** Whether the stack's set needs a pause: as our component decided, which also knows databases that exist; else by what is declared. */
export function stackPauseNeed(resources: StackResource[], members: Member[]): PauseNeed {
  const components = resources.filter(({ type }) => type === "scalar-backup:index:ScalarBackup");
  if (components.length === 0) return pauseNeed(setMembers(members));
  const paused = components.find(({ props }) => booleanAt(props, "pauseRequired.required") === true);
  const because = paused && stringAt(paused.props, "pauseRequired.because");
  return { required: paused !== undefined, because: typeof because === "string" ? because : "" };
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
