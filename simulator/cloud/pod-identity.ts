import { devNull } from "node:os";
import type { AwsCloud } from "./aws/aws";
import { POD_IDENTITY_PATH } from "./aws/wire/server";
import type { KubernetesCluster } from "./kubernetes/cluster";
import type { CloudIdentity } from "./kubernetes/container";
import type { KubernetesObject } from "./kubernetes/objects";

const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";
const WEB_IDENTITY_TOKEN = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
const POD_IDENTITY_TOKEN = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token";

/**
 * Makes a cluster one of EKS: pods whose ServiceAccount has a role get what EKS's webhook adds to them. The agent that is asked for
 * Pod Identity's credentials listens on loopback here.
 */
export function joinEks(cluster: KubernetesCluster, aws: AwsCloud, awsUrl: string): void {
  aws.sessions.accountOf = (token) => cluster.accountOf(token);
  cluster.cloudIdentity = (account, token) => identityOf(account, token, aws, awsUrl);
}

function identityOf(
  { metadata }: KubernetesObject,
  token: string,
  aws: AwsCloud,
  awsUrl: string,
): CloudIdentity | undefined {
  const common = { AWS_ENDPOINT_URL: awsUrl, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  const roleArn = metadata.annotations?.[ROLE_ANNOTATION];
  const association = aws.eks.associationOf({ namespace: metadata.namespace, name: metadata.name });
  // Of both, AWS's SDKs take this one.
  if (roleArn !== undefined)
    return {
      environment: { ...common, AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: WEB_IDENTITY_TOKEN },
      files: { [WEB_IDENTITY_TOKEN]: token },
    };
  if (association !== undefined)
    return {
      environment: {
        ...common,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${awsUrl}${POD_IDENTITY_PATH}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: POD_IDENTITY_TOKEN,
      },
      files: { [POD_IDENTITY_TOKEN]: token },
    };
  return undefined;
}
