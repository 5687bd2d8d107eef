import * as pulumi from "@pulumi/pulumi";

/** A provider that another program has declared, known here by its URN: its inputs are read from the engine. */
type Declared = new (name: string, args: undefined, options: pulumi.ResourceOptions) => pulumi.ProviderResource;

/** Loaded when a program passes one: the schema alone must be there in a moment. */
const PACKAGES: Record<string, () => Declared> = {
  aws: () => require("@pulumi/aws/provider").Provider,
  "azure-native": () => require("@pulumi/azure-native/provider").Provider,
  kubernetes: () => require("@pulumi/kubernetes/provider").Provider,
};

/**
 * Lets the components read the region and credentials of providers that a program passes to them. The SDKs' index files would
 * register the same, and load every resource of their clouds.
 */
export function registerPackages(): void {
  for (const [name, load] of Object.entries(PACKAGES))
    pulumi.runtime.registerResourcePackage(name, {
      constructProvider(providerName, _type, urn) {
        const Provider = load();
        return new Provider(providerName, undefined, { urn });
      },
    });
}
