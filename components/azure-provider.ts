import type * as pulumi from "@pulumi/pulumi";
import { AZURE_ACCESS_KEYS, type AzureAccess } from "../operations/azure";
import { orEnd } from "./problem";
import { knownInput } from "./provider-inputs";

/**
 * How the explicit Azure provider of a component reaches Azure, for look-ups and operations. Known only after both have been
 * seen to work in one subscription: a provider may get its credentials from elsewhere than this program.
 */
export function accessOfAzureProvider(
  provider: pulumi.ProviderResource,
  component: pulumi.ComponentResource,
): Promise<AzureAccess> {
  return orEnd(`the Azure provider of ${component.constructor.name}`, async () => {
    const inputs = await Promise.all(AZURE_ACCESS_KEYS.map(async (key) => [key, await knownInput(provider, key)]));
    // Flags of a provider are JSON text, or booleans.
    const texts = inputs.map(([key, value]) => [key, value === undefined || value === null ? "" : String(value)]);
    const access: AzureAccess = Object.fromEntries(texts.filter(([, value]) => value !== ""));
    await verifySubscription(provider, component, access);
    return access;
  });
}

/** @throws {Error} when the provider works in another subscription than look-ups and operations would. */
async function verifySubscription(
  provider: pulumi.ProviderResource,
  component: pulumi.ComponentResource,
  access: AzureAccess,
): Promise<void> {
  const { getClientConfig }: typeof import("@pulumi/azure-native/authorization/getClientConfig") =
    require("@pulumi/azure-native/authorization/getClientConfig");
  const { azureAccount }: typeof import("../operations/azure") = require("../operations/azure");
  const [{ subscriptionId }, own] = await Promise.all([
    getClientConfig({ provider, parent: component }),
    azureAccount(access),
  ]);
  if (subscriptionId.toLowerCase() !== own.subscriptionId.toLowerCase())
    throw new Error(
      `it works in the subscription ${subscriptionId}, but look-ups and operations would work in ${own.subscriptionId}; give the provider its subscriptionId and credentials as inputs instead of by its environment`,
    );
}
