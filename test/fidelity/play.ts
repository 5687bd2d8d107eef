/**
 * Plays the tests of the suite `recording` (ava.config.js), and keeps their messages and resources for the judges of
 * `npm run test:fidelity`. Where no judge is, nothing is played.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { FOLDER } from "./recording";
import { installed, pluginFolder } from "./terraform";

rmSync(FOLDER, { recursive: true, force: true });
if (!installed("python3") && !(installed("terraform") && pluginFolder()))
  console.log("nothing is recorded: neither Python 3 nor Terraform with its AWS provider is here to judge it");
else {
  const ava = join(__dirname, "../..", "node_modules", ".bin", "ava");
  const { status } = spawnSync(ava, [], { stdio: "inherit", env: { ...process.env, SUITE: "recording" } });
  process.exitCode = status ?? 1;
}
