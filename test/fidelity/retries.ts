import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { awsProvider, TerraformFolder } from "./terraform-folder";

/** What DynamoDB answers a restore with, before it ends the matter by another error. */
export interface Refusal {
  code: string;
  message: string;
}

/** How often the provider's SDK asks, as the provider is configured here (25 times by default). */
export const SDK_ATTEMPTS = 3;
/** How often a restore is refused so. */
export const REFUSALS = 6;

/** How often the real provider asks for a restore, for each refusal that it meets. */
export async function attemptsOf(refusals: readonly Refusal[], plugins: string): Promise<number[]> {
  const attempts = refusals.map(() => 0);
  const server = createServer(async (request, response) => {
    const { TargetTableName = "" } = JSON.parse((await text(request)) || "{}") as { TargetTableName?: string };
    const index = Number(/^copy-(\d+)$/.exec(TargetTableName)?.[1] ?? Number.NaN);
    const attempt = (attempts[index] ?? 0) + 1;
    attempts[index] = attempt;
    const { code, message } = (attempt <= REFUSALS && refusals[index]) || {
      code: "AccessDeniedException",
      message: "the end",
    };
    response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await TerraformFolder.with(async (folder) => {
      await folder.write(configuration((server.address() as AddressInfo).port, refusals.length));
      await folder.init(plugins);
      await folder.attempt("apply", "-no-color", "-auto-approve", "-parallelism=20");
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return attempts;
}

function configuration(port: number, tables: number): object {
  const table = (name: string) => ({
    name,
    billing_mode: "PAY_PER_REQUEST",
    hash_key: "id",
    attribute: [{ name: "id", type: "S" }],
    restore_source_name: "source",
    restore_date_time: "2026-11-26T00:00:00Z",
  });
  return {
    ...awsProvider({
      max_retries: SDK_ATTEMPTS,
      skip_requesting_account_id: true,
      endpoints: [{ dynamodb: `http://127.0.0.1:${port}` }],
    }),
    resource: {
      aws_dynamodb_table: Object.fromEntries(
        Array.from({ length: tables }, (_, index) => [`copy-${index}`, table(`copy-${index}`)]),
      ),
    },
  };
}
