import { readScalarAdminLines } from "../../restore-points/scalar-admin";
import type { Problem } from "../problem";

/** What is wrong with lines that are said to be printed by Scalar's own tool, each bad line by its number. */
export function importedWindowProblems(lines: string): Problem[] {
  const { windows, malformed } = readScalarAdminLines(lines);
  const problems = malformed.map((message) => ({ path: "", message }));
  if (windows.length > 0 || problems.length > 0) return problems;
  return [
    {
      path: "",
      message:
        'has no line that scalar-admin-for-kubernetes printed; give its lines {"namespace": ..., "helm_release_name": ..., ...}, one for each release and run, or remove this key',
    },
  ];
}
