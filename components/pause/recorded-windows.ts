import { type PauseWindow, WINDOWS_KEY, type WindowRecord } from "../../restore-points/window";

/**
 * The windows in a pauser's ConfigMap, oldest first; none when nothing has been recorded yet.
 * @throws when what stands there is not a record that this version knows.
 */
export function recordedWindows(data: Record<string, string> | undefined): PauseWindow[] {
  const text = data?.[WINDOWS_KEY];
  if (text === undefined) return [];
  const record = JSON.parse(text) as Partial<WindowRecord> | null;
  if (record?.schemaVersion !== 1 || !Array.isArray(record.windows)) {
    throw new Error(
      `${WINDOWS_KEY} in the pauser's ConfigMap has schemaVersion ${JSON.stringify(record?.schemaVersion)}; this version reads 1`,
    );
  }
  return record.windows;
}
