import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The AWS SDK's clients, which are generated from the services' models. */
const CLIENTS = ["application-auto-scaling", "backup", "dynamodb", "iam", "rds", "sts"];

/** Which service's model declares an error of a code, the one that a file is named after first; undefined if none does. */
export function declaredErrors(): (code: string, file: string) => string | undefined {
  const declared = new Map<string, string[]>();
  for (const client of CLIENTS) {
    const name = `@aws-sdk/client-${client}`;
    const folder = join(dirname(require.resolve(`${name}/package.json`)), "dist-types/models");
    for (const file of readdirSync(folder).filter((each) => each.endsWith(".d.ts"))) {
      const text = readFileSync(join(folder, file), "utf8");
      for (const [, code = ""] of text.matchAll(/readonly name: "(\w+)"/g))
        declared.set(code, [...(declared.get(code) ?? []), client]);
    }
  }
  return (code, file) => {
    // On the wire, some have no suffix.
    const clients = [code, `${code}Exception`, `${code}Fault`].flatMap((name) => declared.get(name) ?? []);
    const own = clients.find((client) => file.includes(client.replace("application-auto-scaling", "autoscaling")));
    return own ?? clients[0];
  };
}
