/**
 * What an account may do, asked by itself
 * (https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/).
 */

import { kindByGroup } from "./kinds";
import type { JsonObject } from "./objects";
import { allowed, type User, type Verb } from "./rbac";
import type { ObjectStore } from "./store";

export const ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** The review with its `status`. A kind that the cluster does not serve is reviewed all the same. */
export function reviewAccess(store: ObjectStore, account: User, review: JsonObject): JsonObject {
  const attributes = ((review.spec as JsonObject | undefined)?.resourceAttributes ?? {}) as Record<string, string>;
  const { verb = "", group = "", resource = "", subresource, namespace, name } = attributes;
  const kind = kindByGroup(group, resource);
  const access = kind && { verb: verb as Verb, kind, subresource, namespace, name };
  return { ...review, status: { allowed: access !== undefined && allowed(store, account, access) } };
}
