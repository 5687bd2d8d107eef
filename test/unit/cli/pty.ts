import { execFileSync } from "node:child_process";

/** Whether Python can open a pseudo-terminal here: npm's packages that do have to be compiled. */
export const hasPty = (() => {
  try {
    execFileSync("python3", ["-c", "import pty"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
