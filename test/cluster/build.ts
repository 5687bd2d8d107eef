/**
 * Builds the control plane's programs for `npm run test:cluster`, unless they are there. Exits 75 when that is not possible
 * on this machine, so that `.ci/run` can distinguish it from a problem.
 */
import { BuildError, controlPlaneBinaries, goIsThere } from "./binaries";

const NOT_POSSIBLE = 75;

try {
  if (!goIsThere()) throw new BuildError("Go is not on this machine");
  controlPlaneBinaries((line) => console.log(line));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = NOT_POSSIBLE;
}
