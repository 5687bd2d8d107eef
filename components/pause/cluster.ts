import * as pulumi from "@pulumi/pulumi";
import type { ClusterChoice } from "../../operations/kubernetes/kubeconfig";
import { inputOf } from "../provider-inputs";
import { isStackProgram } from "../where-to-set";

/** How the Kubernetes provider of a resource finds its cluster. */
export interface ProviderCluster extends ClusterChoice {
  /** True where the provider writes manifests instead of talking to a cluster. */
  rendersYaml: boolean;
  /** Whether it is the same cluster whatever the kubeconfig's current context is. */
  pinned: boolean;
}

const KEYS = ["kubeconfig", "context", "cluster", "renderYamlToDirectory"] as const;

/**
 * The settings of the provider that the resource's children use: an explicit one's, or those under `kubernetes:` in the
 * stack's configuration. Unknown in a preview while they come from a cluster that is yet to be created.
 */
export function providerCluster(resource: pulumi.ComponentResource): pulumi.Output<ProviderCluster> {
  const provider = resource.getProvider("kubernetes:core/v1:ConfigMap");
  const config = new pulumi.Config("kubernetes");
  const setting = (key: string) => (provider ? inputOf(provider, key) : pulumi.output(config.get(key)));
  return pulumi.all(KEYS.map(setting)).apply((values): ProviderCluster => {
    const text = (key: (typeof KEYS)[number]) => {
      const value: unknown = values[KEYS.indexOf(key)];
      return typeof value === "string" && value !== "" ? value : undefined;
    };
    const [kubeconfig, context] = [text("kubeconfig"), text("context")];
    // An explicit provider that is given no kubeconfig takes the variable's value for one.
    const ambient = provider !== undefined && kubeconfig === process.env.KUBECONFIG;
    return {
      kubeconfig: ambient ? undefined : kubeconfig,
      context,
      cluster: text("cluster"),
      rendersYaml: text("renderYamlToDirectory") !== undefined,
      pinned: context !== undefined || (kubeconfig !== undefined && !ambient),
    };
  });
}

/** In a program of one's own, there is another way. */
function ownProvider(): string {
  return isStackProgram() ? "" : ", or give ScalarBackup a Kubernetes provider that has a context";
}

/** The warning if the cluster is not pinned. `current` is the current context, if it is known. */
export function notPinned(current: string | undefined): string {
  const now = current === undefined ? "" : `, now "${current}"`;
  return `pods are paused in the cluster of the kubeconfig's current context${now}, which anybody can change; pin the cluster: pulumi config set kubernetes:context ${current ?? "<context>"}${ownProvider()}`;
}
