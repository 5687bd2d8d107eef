import * as pulumi from "@pulumi/pulumi";
import type { AssumedRole, AwsAccess } from "../operations/aws";
import { orEnd } from "./problem";
import { knownInput } from "./provider-inputs";

const BY_CREDENTIALS =
  "give credentials by aws:profile, aws:accessKey and aws:secretKey, aws:assumeRoles, or the environment";
const BY_FILES = "name the files in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE in the environment";

/**
 * Settings by which a provider reaches another account, or another cloud, than look-ups and operations would; and what to use in
 * place of them in a stack's configuration.
 */
const NOT_SUPPORTED: Record<string, string> = {
  assumeRoleWithWebIdentity: BY_CREDENTIALS,
  sharedConfigFiles: BY_FILES,
  sharedCredentialsFiles: BY_FILES,
  endpoints: "set AWS_ENDPOINT_URL in the environment",
  ec2MetadataServiceEndpoint: "set AWS_EC2_METADATA_SERVICE_ENDPOINT in the environment",
};

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
    for (const key of Object.keys(NOT_SUPPORTED))
      if (isSet(await knownInput(provider, key)))
        throw new Error(
          `its ${key} is not supported, because look-ups and operations could not use it; expected credentials by profile, accessKey and secretKey, or assumeRoles`,
        );
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

/**
 * Refuses the same settings in the stack's configuration.
 * @throws {pulumi.RunError} which names the key, and what to use in its place.
 */
export function refuseSettingsOfProviderAlone(config: pulumi.Config): void {
  for (const [key, instead] of Object.entries(NOT_SUPPORTED))
    if (isSet(config.get(key)))
      throw new pulumi.RunError(
        `aws:${key}: only Pulumi's AWS provider reads it; look-ups and operations would work elsewhere, such as in another account. Remove it (pulumi config rm aws:${key}), and ${instead}, which all of them read`,
      );
}

function isSet(value: unknown): boolean {
  const given = typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value;
  return given !== undefined && given !== null && given !== "" && Object.keys(given).length > 0;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
