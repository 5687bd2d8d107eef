import { text } from "node:stream/consumers";
import { AWS_ACCESS_VARIABLE } from "./aws";
import { onAzure } from "./azure";
import { completeServer, protectServer } from "./azure-servers";
import { completeAccount, protectAccount } from "./cosmosdb";
import { completeCopies, protectTables } from "./dynamodb";
import { completeClusterCopy, completeInstanceCopy } from "./rds";

/**
 * Runs one operation: `node register.cjs operations/main.ts <operation>`, its request as JSON on stdin. Every step is
 * printed; the exit code is 0 when the operation is done, 1 when it failed (and can be run again), 2 for a wrong call.
 */
const operations = {
  "protect-dynamodb-tables": protectTables,
  "complete-dynamodb-copies": completeCopies,
  "complete-rds-instance-copy": completeInstanceCopy,
  "complete-rds-cluster-copy": completeClusterCopy,
  "protect-azure-server": onAzure(protectServer),
  "complete-azure-server-copy": onAzure(completeServer),
  "protect-cosmosdb-account": onAzure(protectAccount),
  "complete-cosmosdb-copy": onAzure(completeAccount),
};

async function main(): Promise<void> {
  const operation = operations[process.argv[2] as keyof typeof operations];
  if (operation === undefined) {
    console.error(`unknown operation ${process.argv[2] ?? "(none)"}; there are: ${Object.keys(operations).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const request = JSON.parse(await text(process.stdin));
  await operation(request, JSON.parse(process.env[AWS_ACCESS_VARIABLE] ?? "{}"), console.log);
}

main().catch((error: Error) => {
  console.error(`${process.argv[2]} failed: ${error.message}`);
  process.exitCode = 1;
});
