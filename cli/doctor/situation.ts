import type { ScalarBackupArgs } from "../../components/backup-args";
import { type DatabaseArgs, type KnownDatabase, kindOf } from "../../components/databases";
import type { PauseScheduleArgs } from "../../components/pause/args";
import type { VerifyArgs } from "../../components/verification/args";
import type { StackFileConfig } from "../../config/schema";
import type { AwsAccess } from "../../operations/aws";
import { AZURE_ACCESS_KEYS, type AzureAccess } from "../../operations/azure";
import type { ClusterChoice } from "../../operations/kubernetes/kubeconfig";
import { isObject } from "../../restore-points/shape";
import { knownValues } from "../check/values";

/** What a stack's file says that a set needs: the file has been judged, and has no errors. */
export interface Situation {
  databases: KnownDatabase[];
  pause?: PauseScheduleArgs;
  vault?: ScalarBackupArgs["vault"];
  /** How restores are to be verified. */
  verify?: VerifyArgs;
  aws: { access: AwsAccess; region?: string };
  azure: AzureAccess;
  cluster: ClusterChoice;
  /** The keys whose values are encrypted: what they say is not known here. */
  secret: string[];
}

/** The names under which index.ts declares the set. */
export const SET_NAME = "scalar";
export const SCHEDULE_NAME = "scalar-pause";
export const RECORD_NAME = `${SCHEDULE_NAME}-windows`;
/** Where the schedule runs unless `pause.namespace` says otherwise: with the first release. */
export const scheduleNamespace = ({ namespace, releases }: PauseScheduleArgs): string =>
  // Cast: a stack's file has plain texts only.
  (namespace as string | undefined) ?? releases[0]?.namespace ?? "default";

export function situationOf(config: Record<string, unknown>, env: NodeJS.ProcessEnv): Situation {
  const { texts, unknown } = knownValues(config);
  const own = Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) =>
      key.startsWith("scalar-backup:") ? [[key.slice("scalar-backup:".length), value]] : [],
    ),
    // Cast: the judge of the file has checked it by the schema of these args.
  ) as unknown as ScalarBackupArgs & Pick<StackFileConfig, "restore">;
  const text = (key: string) => {
    const value = texts[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const isSecret = (key: string) => unknown.some(({ path: [first] }) => first === key);
  const known = (key: string) => (isSecret(key) ? undefined : text(key));
  const roles = texts["aws:assumeRoles"];
  const access: AwsAccess = {
    profile: known("aws:profile"),
    accessKey: known("aws:accessKey"),
    secretKey: known("aws:secretKey"),
    token: known("aws:token"),
    // Cast: what the Pulumi AWS provider takes under this key.
    ...(Array.isArray(roles) && { assumeRoles: roles.filter(isObject) as unknown as AwsAccess["assumeRoles"] }),
  };
  return {
    // Cast: a stack's file has plain lists only.
    databases: (own.databases as DatabaseArgs[]).map(kindOf),
    pause: own.pause,
    vault: own.vault,
    verify: own.restore?.verify,
    aws: {
      access: given(access),
      region: known("aws:region") ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined),
    },
    azure: given(Object.fromEntries(AZURE_ACCESS_KEYS.map((key) => [key, known(`azure-native:${key}`)]))),
    cluster: given({
      kubeconfig: known("kubernetes:kubeconfig"),
      context: known("kubernetes:context"),
      cluster: known("kubernetes:cluster"),
    }),
    secret: unknown
      .filter(({ because }) => because === "secure")
      .map(({ path }) => path.join("."))
      // Only the pauser uses the one, only a restore the other.
      .filter((path) => !/^scalar-backup:(pause\.notify\.|properties(\.|$))/.test(path)),
  };
}

function given<Settings extends object>(settings: Settings): Settings {
  // Cast: entries that are left out are optional.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Settings;
}
