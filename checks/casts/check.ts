/**
 * `npm run check:casts`: every cast in the product says why it is right, in a comment that begins with "Cast: ". Rooms that still
 * have casts without a reason have a limit in `remaining.json`, which may only become lower.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { castsWithoutReason } from "./casts";

const PRODUCT = ["components", "config", "index.ts", "operations", "pauser", "plugin", "policies", "restore-points"];

function main(folder: string): void {
  const tracked = execFileSync("git", ["ls-files", ...PRODUCT], { cwd: folder, encoding: "utf8" }).split("\n");
  const limits: Record<string, number> = JSON.parse(readFileSync(join(folder, "checks/casts/remaining.json"), "utf8"));
  const rooms = new Map(Object.keys(limits).map((room): [string, string[]] => [room, []]));
  for (const path of tracked.filter((each) => /(?<!\.d)\.ts$/.test(each))) {
    const room = Object.keys(limits).find((each) => path.startsWith(each)) ?? "";
    const casts = castsWithoutReason(path, readFileSync(join(folder, path), "utf8"));
    const found = casts.map(({ line, text }) => `${path}:${line}: cast without a reason: ${text}`);
    rooms.set(room, [...(rooms.get(room) ?? []), ...found]);
  }
  const problems = [...rooms].flatMap(([room, found]) => problemsOf(room, found, limits[room] ?? 0));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0)
    console.error("replace a cast by a check or a better type, or write its reason above it: // Cast: ...");
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function problemsOf(room: string, found: readonly string[], limit: number): string[] {
  if (found.length > limit)
    return limit === 0 ? [...found] : [...found, `${room}: ${found.length} casts, at most ${limit}`];
  if (found.length < limit) console.log(`${room}: ${found.length} casts remain; lower checks/casts/remaining.json`);
  return [];
}

main(process.argv[2] ?? join(__dirname, "../.."));
