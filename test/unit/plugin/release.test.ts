import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { list } from "tar";
import { version } from "../../../package.json";
import { packPlugin } from "../../../plugin/release";

/** A folder that looks like one with a built plugin. */
function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "plugin-release-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "pulumi-resource-scalar-backup"), "#!/usr/bin/env node\n", { mode: 0o755 });
  writeFileSync(join(folder, "pulumi-resource-scalar-backup.cmd"), "node\r\n");
  return folder;
}

test("packs a tarball for each platform by the name that Pulumi looks for, with checksums", (t) => {
  const folder = folderOf(t);
  const names = packPlugin(folder, join(folder, "release"));
  t.deepEqual(names, [
    ...["linux", "darwin", "windows"].flatMap((os) =>
      ["amd64", "arm64"].map((arch) => `pulumi-resource-scalar-backup-v${version}-${os}-${arch}.tar.gz`),
    ),
    "checksums.txt",
  ]);
  const sums = names.slice(0, -1).map((name) => {
    const hash = createHash("sha256").update(readFileSync(join(folder, "release", name)));
    return `${hash.digest("hex")}  ${name}\n`;
  });
  t.is(readFileSync(join(folder, "release", "checksums.txt"), "utf8"), sums.join(""));
});

test("a tarball holds the executable at its top, and nothing of the machine that packed it", (t) => {
  const folder = folderOf(t);
  const [name = ""] = packPlugin(folder, join(folder, "release"));
  const entries: [string, string, number | undefined, number | undefined][] = [];
  list({
    file: join(folder, "release", name),
    sync: true,
    onReadEntry: ({ path, mode = 0, uid, mtime }) =>
      entries.push([path, (mode & 0o777).toString(8), uid, mtime?.getTime()]),
  });
  t.deepEqual(entries, [
    ["LICENSE", "644", undefined, 0],
    ["pulumi-resource-scalar-backup", "755", undefined, 0],
    ["pulumi-resource-scalar-backup.cmd", "644", undefined, 0],
  ]);
});

test("the same plugin gives the same tarballs", (t) => {
  const folder = folderOf(t);
  const packed = ["one", "other"].map((name) => {
    packPlugin(folder, join(folder, name));
    return readFileSync(join(folder, name, "checksums.txt"), "utf8");
  });
  t.is(packed[0], packed[1]);
});
