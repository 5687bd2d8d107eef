import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AwsError } from "../error";

/** "In most cases, a request must reach AWS within five minutes of the time stamp". [IAM User Guide, AWS Signature Version 4, as AWS re:Post quotes it] */
const MAX_SKEW_MILLIS = 5 * 60_000;

const sha256 = (data: string) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();

/** Checks a request by Signature Version 4. [botocore: auth.py, SigV4Auth signs the same way] @throws InvalidSignatureException */
export function checkSignature(request: IncomingMessage, body: string, secretAccessKey: string, now: number): void {
  const invalid = (why: string) => new AwsError("InvalidSignatureException", why);
  const [, scope = "", signedHeaders = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? "",
    ) ?? [];
  const date = String(request.headers["x-amz-date"] ?? "");
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(at - now) < MAX_SKEW_MILLIS)) throw invalid(`Signature expired or not yet current: ${date}`);
  const names = signedHeaders.split(";");
  for (const needed of ["host", "x-amz-date", "x-amz-security-token"])
    if (needed in request.headers && !names.includes(needed)) throw invalid(`'${needed}' must be a signed header`);
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const headers = names.map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`).join("");
  const canonical = [request.method, path, query, headers, signedHeaders, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  if (hmac(key, toSign).toString("hex") !== signature)
    throw invalid("The request signature we calculated does not match the signature you provided.");
}
