import { arn } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { Regional } from "./regional";
import type { ServiceAccount, Session, Sessions } from "./sessions";

export interface PodIdentityAssociation {
  id: string;
  arn: string;
  clusterName: string;
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  tags: Record<string, string>;
}

/** EKS in all regions, as far as Pod Identity goes. The one Kubernetes cluster of a rehearsal is each EKS cluster there is. */
export class Eks extends Regional<EksRegion> {
  readonly #identifiers: Identifiers;
  readonly #sessions: Sessions;

  constructor(identifiers: Identifiers, sessions: Sessions) {
    super();
    this.#identifiers = identifiers;
    this.#sessions = sessions;
  }

  protected createRegion(name: string): EksRegion {
    return new EksRegion(name, this.#identifiers);
  }

  /** The association of a pod's ServiceAccount, by which the agent is announced to the pod. */
  associationOf({ namespace, name }: ServiceAccount): PodIdentityAssociation | undefined {
    return [...this.regions()]
      .flatMap((region) => region.associations())
      .find((each) => each.namespace === namespace && each.serviceAccount === name);
  }

  /** What the agent on a node answers a pod. @throws AwsError */
  credentials(token: string): Session {
    const account = this.#sessions.accountOf(token);
    const association = account && this.associationOf(account);
    if (!account || !association)
      throw new AwsError("ResourceNotFoundException", "No association found for the pod's service account", 404);
    return this.#sessions.forPod(association.roleArn, account, association.clusterName);
  }
}

export class EksRegion {
  readonly #name: string;
  readonly #identifiers: Identifiers;
  readonly #clusters = new Set<string>();
  readonly #associations = new Map<string, PodIdentityAssociation>();

  constructor(name: string, identifiers: Identifiers) {
    this.#name = name;
    this.#identifiers = identifiers;
  }

  createCluster(name: string): void {
    this.#clusters.add(name);
  }

  associations(): PodIdentityAssociation[] {
    return [...this.#associations.values()];
  }

  find(id: string): PodIdentityAssociation | undefined {
    return this.#associations.get(id);
  }

  createPodIdentityAssociation(request: Omit<PodIdentityAssociation, "id" | "arn">): PodIdentityAssociation {
    const { clusterName, namespace, serviceAccount } = request;
    if (!this.#clusters.has(clusterName))
      throw new AwsError("ResourceNotFoundException", `No cluster found for name: ${clusterName}.`, 404);
    const twin = this.associations().find(
      (each) =>
        each.clusterName === clusterName && each.namespace === namespace && each.serviceAccount === serviceAccount,
    );
    if (twin) throw new AwsError("ResourceInUseException", `Association already exists: ${twin.id}`, 409);
    const id = `a-${this.#identifiers.hex(17)}`;
    const association = {
      ...request,
      id,
      arn: arn("eks", this.#name, `podidentityassociation/${clusterName}/${id}`),
    };
    this.#associations.set(id, association);
    return association;
  }

  updatePodIdentityAssociation(id: string, changes: Partial<Pick<PodIdentityAssociation, "roleArn" | "tags">>): void {
    const association = this.#associations.get(id);
    if (!association) throw new AwsError("ResourceNotFoundException", `No association found: ${id}`, 404);
    Object.assign(association, changes);
  }

  deletePodIdentityAssociation(id: string): void {
    if (!this.#associations.delete(id))
      throw new AwsError("ResourceNotFoundException", `No association found: ${id}`, 404);
  }
}
