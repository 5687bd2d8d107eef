import { counted } from "../../restore-points/counted";
import type { Paint } from "../../restore-points/paint";
import type { Finding, Judged } from "./judge";
import { understoodText } from "./understood";

export interface CheckedFile extends Judged {
  file: string;
}

const COLOURS = { error: "red", warning: "yellow", note: "cyan" } as const;

/**
 * `Pulumi.prod.yaml:12:7: error: scalar-backup:databases[0].name: ...`, a line for each finding, one with what was understood of
 * each file without errors, and a last one with the sum.
 */
export function asText(files: readonly CheckedFile[], paint: Paint, now: number): string[] {
  const lines = files.flatMap(({ file, findings, understood }) => [
    ...findings.map(({ severity, path, message, line, column }) =>
      [
        `${paint("bold", `${file}:${line}:${column}:`)} ${paint(COLOURS[severity], `${severity}:`)}`,
        ...(path === "" ? [] : [`${path}:`]),
        message,
      ].join(" "),
    ),
    ...(understood === undefined ? [] : [`${file}: ${understoodText(understood, now)}`]),
  ]);
  return [...lines, summary(files)];
}

function summary(files: readonly CheckedFile[]): string {
  const of = counted(files.length, "file");
  const errors = numberOf(files, "error");
  const warnings = numberOf(files, "warning");
  if (errors + warnings === 0) return `${of} checked: no problems`;
  const found = [
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(warnings > 0 ? [counted(warnings, "warning")] : []),
  ];
  return `${of} checked: ${found.join(", ")}`;
}

export function numberOf(files: readonly CheckedFile[], severity: Finding["severity"]): number {
  return files.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
}

/**
 * GitHub's workflow commands, which show findings at their lines in a pull request:
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function asAnnotations(files: readonly CheckedFile[]): string[] {
  return files.flatMap(({ file, findings }) =>
    findings.map(({ severity, path, message, line, column }) => {
      const place = `file=${property(file)},line=${line},col=${column}`;
      return `::${severity === "note" ? "notice" : severity} ${place},title=${property(path || "stack file")}::${data(message)}`;
    }),
  );
}

// As in @actions/core, command.ts: escapeData and escapeProperty.
const data = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
