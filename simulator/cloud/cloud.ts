import { devNull } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AwsProvider } from "../providers/aws/provider";
import { AzureNativeProvider } from "../providers/azure-native/provider";
import { KubernetesProvider } from "../providers/kubernetes/provider";
import type { SimulatedProvider } from "../providers/provider";
import { AwsCloud } from "./aws/aws";
import { type AwsEndpoint, serveAws } from "./aws/wire/server";
import { AzureCloud } from "./azure/azure";
import { runSchemaLoaders } from "./azure/schema-loader";
import { type AzureEndpoint, serveAzure } from "./azure/wire";
import { clockVariables, SimulatedClock } from "./clock";
import { KubernetesCluster } from "./kubernetes/cluster";
import { joinEks } from "./pod-identity";
import { RequestFailures } from "./request-failures";

const REGION = "ap-northeast-1";

export interface SimulatedCloudOptions {
  /** Determines the identifiers that the cloud invents. Defaults to 1. */
  seed?: number;
  /** How far the cloud's clock is behind real time at first. Defaults to 0. */
  behindMillis?: number;
}

/** Everything of one rehearsal that isn't the program: the clouds, their clock, and their servers on loopback. */
export class SimulatedCloud {
  readonly clock: SimulatedClock;
  readonly aws: AwsCloud;
  readonly azure: AzureCloud;
  readonly kubernetes: KubernetesCluster;
  /** What goes wrong with requests to AWS, to Azure and to the Kubernetes cluster, counted together. */
  readonly failures: RequestFailures;
  readonly #endpoints: { aws: AwsEndpoint; azure: AzureEndpoint };

  private constructor(
    aws: AwsCloud,
    azure: AzureCloud,
    endpoints: { aws: AwsEndpoint; azure: AzureEndpoint },
    kubernetes: KubernetesCluster,
    failures: RequestFailures,
  ) {
    this.clock = aws.clock;
    this.aws = aws;
    this.azure = azure;
    this.kubernetes = kubernetes;
    this.failures = failures;
    this.#endpoints = endpoints;
  }

  static async start(options: SimulatedCloudOptions = {}): Promise<SimulatedCloud> {
    const clock = new SimulatedClock(options.behindMillis);
    const aws = new AwsCloud(clock, options.seed ?? 1);
    const azure = new AzureCloud(clock, options.seed ?? 1);
    const failures = new RequestFailures();
    const endpoints = { aws: await serveAws(aws, failures), azure: await serveAzure(azure, failures) };
    try {
      const kubernetes = await KubernetesCluster.start({ clock, failures });
      runSchemaLoaders(kubernetes, azure.cosmosdb);
      joinEks(kubernetes, aws, endpoints.aws.url);
      return new SimulatedCloud(aws, azure, endpoints, kubernetes, failures);
    } catch (error) {
      await Promise.all([endpoints.aws.close(), endpoints.azure.close()]);
      throw error;
    }
  }

  /**
   * What a child process needs in its environment to live in this cloud, at its time. The clock moves on: ask again for
   * each child.
   */
  environment(): Record<string, string> {
    return {
      ...this.#awsEnvironment(),
      ...this.#endpoints.azure.environment(),
      KUBECONFIG: this.kubernetes.kubeconfig,
      ...this.#preloaded(),
    };
  }

  /** The providers of the packages that this cloud simulates. */
  providers(): SimulatedProvider[] {
    return [new AwsProvider(this.aws), new AzureNativeProvider(this.azure), new KubernetesProvider(this.kubernetes)];
  }

  async stop(): Promise<void> {
    await Promise.all([this.#endpoints.aws.close(), this.#endpoints.azure.close(), this.kubernetes.stop()]);
  }

  #awsEnvironment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#endpoints.aws.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "rehearsal",
      AWS_SECRET_ACCESS_KEY: "rehearsal",
      // Nothing of the user's own: no profile, no credentials, no metadata service.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_PROFILE: "",
      AWS_SESSION_TOKEN: "",
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }

  /** The clock's shift and the hosts of Cosmos DB. An existing NODE_OPTIONS stays; what is not needed is not loaded. */
  #preloaded(): Record<string, string> {
    const clock = clockVariables(this.clock.shift);
    const hosts: Record<string, string> =
      this.azure.cosmosdb.accounts().length > 0 ? { SIMULATED_AZURE_URL: this.#endpoints.azure.url } : {};
    const modules = [
      ...(Object.keys(clock).length > 0 ? ["shifted-clock.mjs"] : []),
      ...(Object.keys(hosts).length > 0 ? ["azure/document-hosts.mjs"] : []),
    ];
    if (modules.length === 0) return {};
    const preloads = modules.map((module) => `--import=${pathToFileURL(join(__dirname, module)).href}`);
    return { NODE_OPTIONS: [process.env.NODE_OPTIONS, ...preloads].filter(Boolean).join(" "), ...clock, ...hosts };
  }
}
