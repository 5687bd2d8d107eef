import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import { API_ANSWER_MILLIS } from "../longest-run";
import type { ApiAnswer, ApiRequest, ApiTransport } from "../ports";

/** The API server over HTTP, with the token of the pod's service account. */
export class HttpApiTransport implements ApiTransport {
  private readonly agent: http.Agent;

  constructor(
    private readonly apiServer: URL,
    private readonly serviceAccountDirectory: string,
  ) {
    const options = { keepAlive: true, maxSockets: 8 };
    this.agent =
      apiServer.protocol === "https:"
        ? new https.Agent({ ...options, ca: readFileSync(join(serviceAccountDirectory, "ca.crt")) })
        : new http.Agent(options);
  }

  get origin(): string {
    return this.apiServer.origin;
  }

  close(): void {
    this.agent.destroy();
  }

  exchange({ method, path, body }: ApiRequest): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const base = this.apiServer.pathname.replace(/\/$/, "");
      const request = (this.apiServer.protocol === "https:" ? https : http).request(
        new URL(base + path, this.apiServer),
        { method, agent: this.agent, headers: this.headers(body), timeout: API_ANSWER_MILLIS },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString("utf8"),
              date: response.headers.date,
            }),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${API_ANSWER_MILLIS / 1000} s`)));
      request.on("error", reject);
      request.end(body);
    });
  }

  private headers(body?: string): http.OutgoingHttpHeaders {
    return {
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      ...this.authorization(),
    };
  }

  /** Read for every request, because the kubelet renews the token. */
  private authorization(): http.OutgoingHttpHeaders {
    try {
      return { authorization: `Bearer ${readFileSync(join(this.serviceAccountDirectory, "token"), "utf8").trim()}` };
    } catch (error) {
      // `kubectl proxy` needs no token; any other API server says itself that one is missing.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
      throw error;
    }
  }
}
