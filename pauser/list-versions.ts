import { KubernetesError } from "./kubernetes-error";

/** An object's versions: the first one that this process read, and the newest one that it read or wrote. */
interface SeenVersions {
  type: string;
  first: bigint;
  newest: bigint;
}

const CONFIG_MAPS = "/api/v1/configmaps";
const PODS = "/api/v1/pods";

/**
 * Refuses lists that are older than what this process knows: an API server that lags behind would hide a new pod.
 *
 * Versions of one type of resources can be compared where they are numbers (KEP-5504). Versions of two types can be
 * compared only if both are in the same store, and a cluster may keep some types in a separate one
 * (`--etcd-servers-overrides`). They share a store if the first version that was read of an object is not newer than
 * what was read of the list's type later. A separate store with higher versions passes this test, too, but its lists
 * pass the comparison as well.
 */
export class ListVersions {
  /** By path. */
  private readonly objects = new Map<string, SeenVersions>();
  /** By type: the list's path in any namespace, such as `/api/v1/pods`. */
  private readonly lists = new Map<string, bigint>();

  sawObject(path: string, text: string | undefined): void {
    const version = versionOf(text);
    if (version === undefined) return;
    const { first = version, newest = version } = this.objects.get(path) ?? {};
    this.objects.set(path, { type: typeOf(path), first, newest: version > newest ? version : newest });
  }

  /**
   * To be called before the list is requested: only what is known by then must be in the list.
   * @returns a check of the list's version, which throws a transient error for a list that is older
   */
  listOf(type: string): (text: string | undefined) => void {
    const known = [...this.objects.values()];
    const before = this.lists.get(type) ?? 0n;
    return (text) => {
      const version = versionOf(text);
      if (version === undefined) return;
      const evidence = newestOf([version, before]);
      const pods = newestOf([this.lists.get(PODS) ?? 0n, ...known.filter((one) => one.type === PODS).map(newest)]);
      const comparable = known.filter((one) => {
        if (one.type === type) return true;
        // The record was last written before this process's own pod started, so the pod's version is higher in the same
        // store. Without it, a list that is older than the record would look like one from a separate store.
        return one.first <= (one.type === CONFIG_MAPS ? newestOf([evidence, pods]) : evidence);
      });
      const least = newestOf([before, ...comparable.map(newest)]);
      if (version < least)
        throw new KubernetesError(
          `the API server's list ${type} is older (resourceVersion ${version}) than what was read or written before (${least})`,
        );
      // Several releases are listed at the same time, so a later answer may be older.
      this.lists.set(type, newestOf([version, this.lists.get(type) ?? 0n]));
    };
  }
}

const newest = ({ newest: version }: SeenVersions): bigint => version;

const newestOf = (versions: bigint[]): bigint => versions.reduce((most, one) => (one > most ? one : most), 0n);

function typeOf(path: string): string {
  return path.replace(/\/namespaces\/[^/]+/, "").replace(/\/[^/]+$/, "");
}

function versionOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}
