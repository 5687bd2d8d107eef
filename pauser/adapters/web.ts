import * as http from "node:http";
import * as https from "node:https";
import { rootCertificates } from "node:tls";
import type { WebTransport } from "../ports";

/** What a server says beyond this is not read. */
const MAX_ANSWER_BYTES = 4096;

/** HTTP to servers outside the cluster's API. It follows no redirect, and reads only the beginning of an answer. */
export const webTransport: WebTransport = {
  send: ({ url, method, headers, body, ca }, signal) =>
    new Promise((resolve, reject) => {
      const request = (url.protocol === "https:" ? https : http).request(
        url,
        {
          method,
          signal,
          // A connection of its own, which is closed after the answer.
          agent: false,
          headers: { ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
          ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          const end = () => {
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString("utf8"),
              location: response.headers.location,
            });
          };
          response.on("data", (chunk: Buffer) => {
            chunks.push(chunk);
            size += chunk.length;
            if (size < MAX_ANSWER_BYTES) return;
            end();
            response.destroy();
          });
          response.on("error", reject);
          response.on("end", end);
        },
      );
      request.on("error", reject);
      request.end(body);
    }),
};
