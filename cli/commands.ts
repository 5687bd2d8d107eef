import type { CommandModule } from "./command";

/** A command by what `scalar-backup --help` shows of it. Its module is loaded when it runs, or when its own help is shown. */
export interface CommandEntry {
  name: string;
  summary: string;
  load(): CommandModule;
}

/** Every command, in the order of the help: first what comes first for a user. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "write a stack file for the databases and releases that are found",
    load(): typeof import("./init") {
      return require("./init");
    },
  },
  {
    name: "check",
    summary: "judge a stack file, without a cloud, a cluster or a stack",
    load(): typeof import("./check") {
      return require("./check");
    },
  },
  {
    name: "doctor",
    summary: "find out whether the next window and a restore have what they need",
    load(): typeof import("./doctor") {
      return require("./doctor");
    },
  },
  {
    name: "points",
    summary: "show what can be restored: as a table, as JSON or as a page with a time line",
    load(): typeof import("./points") {
      return require("./points");
    },
  },
  {
    name: "drill",
    summary: "restore copies of all databases, prove that they fit together, and remove them",
    load(): typeof import("./drill") {
      return require("./drill");
    },
  },
  {
    name: "report",
    summary: "show what a drill or a recovery proved: as text, JSON, a page, a badge or metrics",
    load(): typeof import("./report") {
      return require("./report");
    },
  },
];
