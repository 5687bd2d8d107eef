import type { PipelineResponse } from "@azure/core-rest-pipeline";

/** A request over HTTP. */
export interface HttpRequest {
  method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds. */
  timeout: number;
}

/** Azure's own transport: it honours HTTPS_PROXY and NO_PROXY, as its credentials do; `fetch` does not. It retries nothing. */
export class AzureTransport {
  readonly #pipeline = createPipeline();
  readonly #http = pipelines().createDefaultHttpClient();
  readonly #allowInsecureConnection: boolean;

  /** @param service The URL of the service. Requests may use plain HTTP only if it does, as the simulated one. */
  constructor(service: string) {
    this.#allowInsecureConnection = service.startsWith("http:");
  }

  send({ headers, ...request }: HttpRequest): Promise<PipelineResponse> {
    const { createHttpHeaders, createPipelineRequest } = pipelines();
    return this.#pipeline.sendRequest(
      this.#http,
      createPipelineRequest({
        ...request,
        headers: createHttpHeaders(headers),
        allowInsecureConnection: this.#allowInsecureConnection,
      }),
    );
  }
}

/** Loaded with the first client: @azure/identity has loaded it by then. */
function pipelines(): typeof import("@azure/core-rest-pipeline") {
  return require("@azure/core-rest-pipeline");
}

function createPipeline() {
  const { createEmptyPipeline, decompressResponsePolicy, proxyPolicy, redirectPolicy } = pipelines();
  const pipeline = createEmptyPipeline();
  for (const policy of [proxyPolicy(), decompressResponsePolicy(), redirectPolicy()]) pipeline.addPolicy(policy);
  return pipeline;
}

/** No connection, or no answer in time. */
export function isNetworkProblem(error: unknown): boolean {
  return pipelines().isRestError(error) || (error instanceof Error && error.name === "AbortError");
}
