import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import test from "ava";
import createdResources from "../../../components/databases/create/created-resources.json";
import { databaseOf, isClusterInstance } from "../../../policies/databases/resources";
import { policies } from "../../../policies/policies";
import { GOOD_STACK } from "./examples";
import { stackViolations, UNKNOWN_VALUE, violations } from "./judging";

const resourcePolicies = policies.filter(
  (policy): policy is typeof policy & ResourceValidationPolicy => "validateResource" in policy,
);
const stackPolicies = policies.filter(
  (policy): policy is typeof policy & StackValidationPolicy => "validateStack" in policy,
);

test("names are kebab-case, and each is used once", (t) => {
  t.true(policies.length > 20);
  for (const { name } of policies) t.regex(name, /^[a-z]+(-[a-z]+)+$/);
  t.is(new Set(policies.map(({ name }) => name)).size, policies.length);
});

test("every policy says what it checks, where, and how grave it is; every setting what it means", (t) => {
  for (const { name, description, severity, enforcementLevel, looksAt, configSchema } of policies) {
    t.regex(description, /^Checks whether .*\.$/, name);
    t.truthy(severity && enforcementLevel && looksAt, name);
    for (const schema of Object.values(configSchema?.properties ?? {})) {
      t.truthy(schema.description, name);
      t.not(schema.default, undefined, name);
    }
  }
});

test("the policies know every database that a kind creates", (t) => {
  const unknown = Object.keys(createdResources)
    .map(typeOf)
    .filter((type) => databaseOf(type) === undefined && !isClusterInstance(type));
  t.deepEqual(unknown, []);
});

/** The type in a stack of the resource that `@pulumi/<provider>/<module>/<resource>` declares. */
function typeOf(module: string): string {
  const [, provider = "", area = "", file = ""] = module.split("/");
  const resource = `${file.charAt(0).toUpperCase()}${file.slice(1)}`;
  return provider === "aws" ? `aws:${area}/${file}:${resource}` : `${provider}:${area}:${resource}`;
}

test("no policy complains about a stack that is as it should be", async (t) => {
  for (const policy of resourcePolicies)
    for (const declared of GOOD_STACK)
      t.deepEqual(await violations(policy, declared), [], `${policy.name}: ${declared.name}`);
  for (const policy of stackPolicies) t.deepEqual(await stackViolations(policy, GOOD_STACK), [], policy.name);
});

test("no policy complains about values that are not known yet, at any depth", async (t) => {
  for (const declared of GOOD_STACK)
    for (const props of withEachUnknown(declared.props)) {
      const unknown = { ...declared, props };
      for (const policy of resourcePolicies)
        t.deepEqual(await violations(policy, unknown), [], `${policy.name}: ${JSON.stringify(props)}`);
      const stack = GOOD_STACK.map((other) => (other === declared ? unknown : other));
      for (const policy of stackPolicies)
        t.deepEqual(await stackViolations(policy, stack), [], `${policy.name}: ${JSON.stringify(props)}`);
    }
});

test("no policy fails on resources it has nothing to do with", async (t) => {
  const others = [
    { type: "pulumi:pulumi:Stack", name: "test-dev", props: {} },
    { type: "aws:s3/bucket:Bucket", props: { tags: { owner: "me" } } },
    {
      type: "kubernetes:batch/v1:CronJob",
      name: "report",
      props: {
        spec: {
          jobTemplate: { spec: { template: { spec: { containers: [{ name: "report", image: "report:1" }] } } } },
        },
      },
    },
    { type: "kubernetes:core/v1:ConfigMap", props: { metadata: null } },
  ];
  for (const policy of resourcePolicies)
    for (const declared of others) t.deepEqual(await violations(policy, declared), [], policy.name);
  for (const policy of stackPolicies) t.deepEqual(await stackViolations(policy, others), [], policy.name);
});

test("a resource may be left out of every policy by its name", async (t) => {
  const bad = GOOD_STACK.map((declared) => ({ ...declared, protect: false, props: {} }));
  for (const policy of resourcePolicies)
    for (const declared of bad)
      t.deepEqual(await violations(policy, declared, { except: [declared.name] }), [], policy.name);
});

/** The properties once for every value in them, with that value not known. */
function withEachUnknown(props: object): object[] {
  return Object.entries(props).flatMap(([key, value]) => [
    { ...props, [key]: UNKNOWN_VALUE },
    ...(value !== null && typeof value === "object" ? withEachUnknown(value) : []).map((inner) => ({
      ...props,
      [key]: Array.isArray(value) ? Object.values(inner) : inner,
    })),
  ]);
}
