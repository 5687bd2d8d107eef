import { spawnSync } from "node:child_process";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ExecutionContext } from "ava";
import { motoWithTableIds } from "../fidelity/switched-tables";
import { REGION } from "../unit/operations/switch-over/world";
import { ScalarDb } from "./scalardb";

/** A version of ScalarDB, and moto with tables for it; undefined where one of them is missing, which the test then says. */
export async function scalarDbOnMoto(t: ExecutionContext, version: string) {
  const scalarDb = ScalarDb.of(version);
  const { error } = spawnSync("moto_server", ["--help"]);
  if (typeof scalarDb === "string" || error) {
    if (typeof scalarDb !== "string") scalarDb.end();
    t.log(`skipped: ${typeof scalarDb === "string" ? scalarDb : `there is no moto_server (${error?.message})`}`);
    t.pass();
    return undefined;
  }
  t.teardown(() => scalarDb.end());
  const { moto, url } = await motoWithTableIds(t);
  process.env.AWS_ENDPOINT_URL = url;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return { scalarDb, moto, client: new DynamoDBClient({ region: REGION, endpoint: url, credentials }) };
}
