import { relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AWS_ACCESS_VARIABLE, type AwsAccess } from "../operations/aws";

/** The arguments of a command that runs one of `operations/`. */
export function operation(what: string, request: object, access: AwsAccess) {
  const runner = relative(process.cwd(), require.resolve("../operations/main"));
  return {
    create: `node --import tsx ${JSON.stringify(runner)} ${what}`,
    stdin: JSON.stringify(request),
    ...(Object.keys(access).length > 0
      ? { environment: pulumi.secret({ [AWS_ACCESS_VARIABLE]: JSON.stringify(access) }) }
      : {}),
  };
}
