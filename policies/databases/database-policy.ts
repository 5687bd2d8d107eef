import type { ResourceValidationPolicy } from "@pulumi/policy";
import { type Documented, type ResourceRule, resourcePolicy } from "../resource-policy";
import { databaseOf, isClusterInstance } from "./resources";
import { isScalars } from "./scalar-use";

/** A rule about databases that ScalarDB or ScalarDL uses: it leaves others alone, and those of which nothing says so. */
export function databasePolicy<Settings extends object>(
  rule: ResourceRule<Settings>,
): Documented<ResourceValidationPolicy> {
  return resourcePolicy({
    ...rule,
    problems: (resource, settings) => {
      const isDatabase = databaseOf(resource.type) !== undefined || isClusterInstance(resource.type);
      return isDatabase && isScalars(resource) !== true ? [] : rule.problems(resource, settings);
    },
  });
}
