import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { version } from "../package.json";
import { buildPlugin, EXECUTABLE } from "./build";

/** The platforms for which Pulumi downloads plugins. The file is the same for all: Node.js runs it. */
const PLATFORMS = ["linux", "darwin", "windows"].flatMap((os) => ["amd64", "arm64"].map((arch) => ({ os, arch })));

/** The name under which Pulumi looks for a plugin's tarball. */
export function tarballName(platform: { os: string; arch: string }): string {
  return `${EXECUTABLE}-v${version}-${platform.os}-${platform.arch}.tar.gz`;
}

/**
 * Packs a built plugin for each platform, and writes the tarballs' checksums. The same plugin gives the same tarballs.
 * @returns the files' names.
 */
export function packPlugin(built: string, folder: string): string[] {
  const files = ["LICENSE", EXECUTABLE, `${EXECUTABLE}.cmd`];
  const packed = mkdtempSync(join(tmpdir(), "scalar-backup-plugin-"));
  try {
    for (const file of files)
      copyFileSync(file === "LICENSE" ? join(__dirname, "..", file) : join(built, file), join(packed, file));
    mkdirSync(folder, { recursive: true });
    const names = PLATFORMS.map((platform) => {
      const name = tarballName(platform);
      create(
        { cwd: packed, file: join(folder, name), gzip: { level: 9 }, portable: true, mtime: new Date(0), sync: true },
        files,
      );
      return name;
    });
    const checksums = names.map((name) => `${sha256(join(folder, name))}  ${name}\n`);
    writeFileSync(join(folder, "checksums.txt"), checksums.join(""));
    return [...names, "checksums.txt"];
  } finally {
    rmSync(packed, { recursive: true });
  }
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function main(): Promise<void> {
  const folder = join(__dirname, "..", "bin");
  await buildPlugin(folder);
  const names = packPlugin(folder, join(folder, "release"));
  console.log(`packed into bin/release: ${names.join(", ")}`);
}

if (require.main === module) void main();
