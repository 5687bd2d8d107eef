/** Loaded into each test's process by the suite `recording` (ava.config.js): keeps what simulated clouds were asked and answered. */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { record } from "./recording";

record(basename(fileURLToPath(test.meta.file), ".test.ts"));
