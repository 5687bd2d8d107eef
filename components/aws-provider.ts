import type * as pulumi from "@pulumi/pulumi";
import type { AssumedRole, AwsAccess } from "../operations/aws";
import { orEnd } from "./problem";
import { knownInput } from "./provider-inputs";

/** Settings by which a provider gets credentials that look-ups and operations could not get. */
const NOT_SUPPORTED = [
  "assumeRoleWithWebIdentity",
  "sharedConfigFiles",
  "sharedCredentialsFiles",
  "endpoints",
  "ec2MetadataServiceEndpoint",
];

/**
 * How the explicit AWS provider of a component reaches AWS, for look-ups and operations. Known only after both have been seen
 * to work in one account: a provider may get its credentials from elsewhere than this program.
 */
export function accessOfProvider(
  provider: pulumi.ProviderResource,
  component: pulumi.ComponentResource,
  region: string | undefined,
): Promise<AwsAccess> {
  return orEnd(`the AWS provider of ${component.constructor.name}`, async () => {
    for (const key of NOT_SUPPORTED) refuseIfSet(key, await knownInput(provider, key));
    const access = {
      profile: text(await knownInput(provider, "profile")),
      accessKey: text(await knownInput(provider, "accessKey")),
      secretKey: text(await knownInput(provider, "secretKey")),
      token: text(await knownInput(provider, "token")),
      assumeRoles: rolesOf(await knownInput(provider, "assumeRoles")),
    };
    const own = text(await knownInput(provider, "region"));
    if (region !== undefined && own !== undefined && region !== own)
      throw new Error(`its region is ${own}, but the component's aws.region is ${region}; give both the same region`);
    const given: AwsAccess = Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined));
    await verifyAccount(provider, component, given, region ?? own ?? "us-east-1");
    return given;
  });
}

/** @throws {Error} when the provider works in another account than look-ups and operations would. */
async function verifyAccount(
  provider: pulumi.ProviderResource,
  component: pulumi.ComponentResource,
  access: AwsAccess,
  region: string,
): Promise<void> {
  const {
    getCallerIdentity,
  }: typeof import("@pulumi/aws/getCallerIdentity") = require("@pulumi/aws/getCallerIdentity");
  const { accountOf }: typeof import("../operations/aws-account") = require("../operations/aws-account");
  const [{ accountId }, own] = await Promise.all([
    getCallerIdentity({}, { provider, parent: component }),
    accountOf(region, access),
  ]);
  if (accountId !== own)
    throw new Error(
      `it works in the account ${accountId}, but look-ups and operations would work in ${own}, the account of this program's own credentials; give the provider its credentials as inputs (profile, accessKey and secretKey, assumeRoles) instead of by its environment`,
    );
}

function rolesOf(value: unknown): AssumedRole[] | undefined {
  // Nested inputs of a provider are JSON text.
  const roles: unknown = typeof value === "string" && value !== "" ? JSON.parse(value) : value;
  if (roles === undefined || roles === null || roles === "") return undefined;
  if (!Array.isArray(roles)) throw new Error("its assumeRoles is not a list");
  const found = roles.filter((role) => typeof role?.roleArn === "string");
  return found.length > 0 ? found : undefined;
}

function refuseIfSet(key: string, value: unknown): void {
  const given = typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value;
  const empty = given === undefined || given === null || given === "" || Object.keys(given).length === 0;
  if (!empty)
    throw new Error(
      `its ${key} is not supported, because look-ups and operations could not use it; expected credentials by profile, accessKey and secretKey, or assumeRoles`,
    );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
