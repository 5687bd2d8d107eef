import type { SimulatedClock } from "../clock";
import { ACCOUNT } from "./account";
import { AwsError } from "./error";
import type { Iam, Role } from "./iam";
import type { Identifiers } from "./identifiers";
import { verdictOf } from "./policy-document";

const HOUR = 3_600_000;

/** Whom the cluster's OIDC provider vouches for, by a token. */
export interface ServiceAccount {
  namespace: string;
  name: string;
}

/** The issuer of the cluster's tokens, as IAM knows it. */
export const OIDC_ISSUER = "oidc.eks.ap-northeast-1.amazonaws.com/id/REHEARSAL";

/** Temporary credentials of a role. */
export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  token: string;
  expires: number;
  role: Role;
  name: string;
}

/** Roles that are taken, and what those who took them may do. */
export class Sessions {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #iam: Iam;
  readonly #sessions = new Map<string, Session>();
  /** Whose token it is, as the Kubernetes cluster says. */
  accountOf: (token: string) => ServiceAccount | undefined = () => undefined;

  constructor(clock: SimulatedClock, identifiers: Identifiers, iam: Iam) {
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#iam = iam;
  }

  /**
   * As EKS takes a role for a pod: tagged with where the pod is. [Amazon EKS User Guide, Create IAM role with trust policy required by EKS
   * Pod Identity; botocore: eks-auth/2023-11-26, AssumeRoleForPodIdentity] @throws AccessDeniedException
   */
  forPod(roleArn: string, { namespace, name }: ServiceAccount, clusterName: string): Session {
    const context = {
      "aws:RequestTag/eks-cluster-name": clusterName,
      "aws:RequestTag/kubernetes-namespace": namespace,
      "aws:RequestTag/kubernetes-service-account": name,
      "aws:SourceAccount": ACCOUNT,
    };
    const role = this.#iam.find(roleArn);
    for (const action of ["sts:AssumeRole", "sts:TagSession"])
      if (
        !role ||
        verdictOf(role.assumeRolePolicy, { action, principal: "pods.eks.amazonaws.com", context }) !== "allowed"
      )
        throw new AwsError(
          "AccessDeniedException",
          `Unauthorized Exception! EKS does not have permissions to assume the associated role.`,
        );
    return this.#begin(role as Role, "eks-pod");
  }

  /** As a pod takes a role by its token. @throws AccessDenied, InvalidIdentityToken */
  byWebIdentity(roleArn: string, token: string, name: string): Session {
    const account = this.accountOf(token);
    if (!account)
      throw new AwsError("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider");
    const role = this.#iam.find(roleArn);
    const verdict =
      role &&
      verdictOf(role.assumeRolePolicy, {
        action: "sts:AssumeRoleWithWebIdentity",
        principal: `arn:aws:iam::${ACCOUNT}:oidc-provider/${OIDC_ISSUER}`,
        context: {
          [`${OIDC_ISSUER}:aud`]: "sts.amazonaws.com",
          [`${OIDC_ISSUER}:sub`]: `system:serviceaccount:${account.namespace}:${account.name}`,
        },
      });
    if (!role || verdict !== "allowed")
      throw new AwsError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
    return this.#begin(role, name);
  }

  /** Whose credentials these are; undefined for those of the account's one user. @throws AwsError for none that hold */
  find(accessKeyId: string, token: string | undefined): Session | undefined {
    if (!accessKeyId.startsWith("ASIA")) return undefined;
    const session = this.#sessions.get(accessKeyId);
    if (!session || session.token !== token || !this.#iam.find(session.role.name))
      throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
    if (session.expires < this.#clock.now())
      throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
    return session;
  }

  /** Whether a session's role allows it. @throws AccessDeniedException [IAM User Guide, "Troubleshoot access denied error messages"] */
  authorize(session: Session, action: string, resource: string): void {
    if (!this.#iam.allows(session.role, action, resource))
      throw new AwsError(
        "AccessDeniedException",
        `User: arn:aws:sts::${ACCOUNT}:assumed-role/${session.role.name}/${session.name} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      );
  }

  #begin(role: Role, name: string): Session {
    const session: Session = {
      accessKeyId: `ASIA${this.#identifiers.capitals(16)}`,
      secretAccessKey: this.#identifiers.hex(40),
      token: this.#identifiers.hex(64),
      expires: this.#clock.now() + 6 * HOUR,
      role,
      name,
    };
    this.#sessions.set(session.accessKeyId, session);
    return session;
  }
}
