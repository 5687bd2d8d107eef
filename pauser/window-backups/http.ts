import * as http from "node:http";
import * as https from "node:https";

export interface HttpRequest {
  url: URL;
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Aborts the request. */
  signal: AbortSignal;
}

/** How long a server may take to answer; a lost request is sent again. */
const ANSWER_MILLIS = 5000;

/** Connections stay open between requests. */
export class HttpClient {
  private readonly plain = new http.Agent({ keepAlive: true, maxSockets: 32 });
  private readonly secure = new https.Agent({ keepAlive: true, maxSockets: 32 });

  /** @throws {Error} without a complete answer. */
  exchange({ url, method, headers, body, signal }: HttpRequest): Promise<{ status: number; text: string }> {
    const secure = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(
        url,
        {
          method,
          agent: secure ? this.secure : this.plain,
          headers: { ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
          timeout: ANSWER_MILLIS,
          signal,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${ANSWER_MILLIS / 1000} s`)));
      request.on("error", reject);
      request.end(body);
    });
  }

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }
}
