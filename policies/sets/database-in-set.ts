import { databaseOf, isCosmosForNoSql, isReplica, tagOf } from "../databases/resources";
import { isScalars, SET_TAG } from "../databases/scalar-use";
import { type StackResource, stackPolicy } from "../stack-policy";
import { UNKNOWN } from "../values";
import { mayHavePause, pausesOf, releasesOf } from "./releases";

interface Settings {
  except: string[];
}

// Advisory: a database of another application is no mistake.
export const databaseInSet = stackPolicy<Settings>({
  name: "database-in-set",
  description:
    "Checks whether each database in a stack with ScalarDB's or ScalarDL's resources says whether they use it: the policies about databases skip databases of which that is not known.",
  looksAt: "databases in a stack that declares a database, a release or a pause of ScalarDB or ScalarDL",
  severity: "medium",
  level: "advisory",
  settings: {
    except: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of databases that ScalarDB and ScalarDL don't use, as in the program.",
    },
  },
  problems(resources, { except }) {
    if (!holdsScalars(resources)) return [];
    return resources.filter(isUndecided).flatMap((database) => {
      if (except.includes(database.name)) return [];
      return {
        message: `it is not known whether ScalarDB or ScalarDL uses ${database.name}, so the policies about databases skip it: if they do, tag it ${SET_TAG} with the name of its set; if they don't, add it to this policy's setting except`,
        at: database,
      };
    });
  },
});

function isUndecided(resource: StackResource): boolean {
  const { type, props } = resource;
  if (databaseOf(type) === undefined || isReplica(props) || !isCosmosForNoSql(props)) return false;
  return isScalars(resource) === undefined && tagOf(props, SET_TAG) !== UNKNOWN;
}

function holdsScalars(resources: StackResource[]): boolean {
  return (
    releasesOf(resources).length > 0 ||
    pausesOf(resources).length > 0 ||
    mayHavePause(resources) ||
    resources.some(
      (resource) =>
        resource.type.startsWith("scalar-backup:index:") ||
        (databaseOf(resource.type) !== undefined && isScalars(resource) === true),
    )
  );
}
