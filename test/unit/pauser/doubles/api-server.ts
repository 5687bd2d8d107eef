import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { KubernetesObjects, status } from "./objects";

/**
 * What an injected fault does to a request: return a status, return no answer, or lose the answer to a served request.
 */
export type ApiFault = number | "drop" | "drop-answer" | undefined;

/** A Kubernetes API server on loopback. */
export class ApiServer extends KubernetesObjects {
  /** Added to the clock in the `Date` header. */
  skewMillis = 0;
  fault: (method: string, path: string) => ApiFault = () => undefined;
  /** Called after a request was served. */
  served: (method: string, path: string) => void = () => {};
  readonly requests: string[] = [];
  readonly authorizations = new Set<string | undefined>();
  private readonly server = http.createServer((request, response) => this.serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const target = request.url ?? "";
    const path = target.replace(/\?.*/, "");
    const method = request.method ?? "";
    this.requests.push(`${method} ${path}`);
    this.authorizations.add(request.headers.authorization);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const fault = this.fault(method, path);
      if (fault === "drop") return void request.socket.destroy();
      const answer =
        typeof fault === "number"
          ? status(fault, fault === 403 ? "Forbidden: not allowed" : "an error of the test")
          : this.answer(method, target, Buffer.concat(chunks).toString());
      if (fault === "drop-answer") return void request.socket.destroy();
      response.sendDate = false;
      response.setHeader("Date", new Date(Date.now() + this.skewMillis).toUTCString());
      response.setHeader("content-type", "application/json");
      response.statusCode = answer.code;
      response.end(JSON.stringify(answer.body));
      this.served(method, path);
    });
  }
}
