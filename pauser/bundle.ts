import { join } from "node:path";
import { buildSync } from "esbuild";

/**
 * The pauser as one CommonJS file: what the CronJob's pod runs on a stock Node image.
 * The same sources give the same text, so that a `pulumi up` without changes shows none.
 */
export function bundlePauser(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, "main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    write: false,
    // gRPC loads it for channelz and ORCA only, neither of which the pauser uses: it would be a third of the bundle.
    external: ["@grpc/proto-loader"],
    // The bundle must not depend on where and how the program is run.
    absWorkingDir: __dirname,
    tsconfigRaw: "{}",
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("esbuild gave no bundle of the pauser");
  return bundle.text;
}
