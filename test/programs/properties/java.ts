import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** What Java's own parser makes of texts of properties; undefined for one that it refuses. */
export type JavaProperties = (texts: readonly string[]) => (Map<string, string> | undefined)[];

/** Java's parser, which decides what a properties file says; undefined where there is no Java that runs a source file. */
export function javaProperties(): JavaProperties | undefined {
  const source = join(__dirname, "JavaProperties.java");
  const run = (input: string) =>
    spawnSync("java", ["-XX:TieredStopAtLevel=1", source], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (run("").status !== 0) return undefined;
  return (texts) => {
    const { status, stdout, stderr } = run(texts.map((text) => `${encoded(text)}\n`).join(""));
    if (status !== 0) throw new Error(stderr);
    return stdout.split("\n").slice(0, texts.length).map(entriesOf);
  };
}

function entriesOf(line: string): Map<string, string> | undefined {
  if (line === "refused") return undefined;
  const entries = line.split(" ").filter((entry) => entry !== "");
  return new Map(entries.map((entry) => entry.split(":").map(decoded) as [string, string]));
}

const encoded = (text: string) => Buffer.from(text, "utf8").toString("base64");
const decoded = (text: string) => Buffer.from(text, "base64").toString("utf8");
