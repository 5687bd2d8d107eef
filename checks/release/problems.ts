import { createHash } from "node:crypto";

/** The largest npm tarball, in bytes. */
export const LARGEST_TARBALL = 500_000;

/** Files that the npm package must have. */
const REQUIRED = [
  "LICENSE",
  "README.md",
  "package.json",
  "operations/command.cjs",
  "cli/bin.cjs",
  "docs/permissions.md",
  "permissions/aws/up.json",
  "dist/index.js",
  "dist/index.d.ts",
  "dist/operations.js",
  "dist/register.js",
  "dist/pauser.cjs",
  "dist/pauser-with-window-backups.cjs",
  "dist/stack-config.schema.json",
  "dist/VerifyCopies.java",
  "dist/policies/main.js",
  "dist/policies/package.json",
  "dist/policies/PulumiPolicy.yaml",
];

/** Everything in the package is built, but for these. */
const ALLOWED =
  /^(dist\/|permissions\/(aws|azure)\/\w+\.json$|(cli\/bin\.cjs|docs\/permissions\.md|operations\/command\.cjs|LICENSE|README\.md|package\.json)$)/;
const RELEASE = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Where a version is written, by file. */
export type Versions = Record<string, string | undefined>;

/** @param versions That of `package.json`, and of each other file that has to have the same. */
export function versionProblems(versions: Versions): string[] {
  const own = versions["package.json"] ?? "";
  if (!RELEASE.test(own))
    return [`package.json: version is "${own}"; expected one such as 1.2.3: run npm version --no-git-tag-version`];
  return Object.entries(versions)
    .filter(([, version]) => version !== own)
    .map(([file, version]) => `${file}: version is ${shown(version)}; expected "${own}", as in package.json`);
}

/** @param manifest The content of `package.json`. */
export function repositoryProblems(manifest: { repository?: unknown }): string[] {
  if (manifest.repository !== undefined) return [];
  return [
    'package.json: "repository" is missing; npm compares a package\'s provenance with it, and the plugin is downloaded from its releases: run npm pkg set repository.type=git repository.url=git+https://github.com/<owner>/<name>.git, then npm run schema',
  ];
}

/** What is wrong with a version's entry in the changelog, which begins with `## 1.2.3 (2026-11-30)`. */
export function changelogProblems(changelog: string, version: string): string[] {
  const [heading, ...entry] =
    changelog
      .split(/^## /m)
      .find((part) => part.startsWith(`${version} (`))
      ?.split("\n") ?? [];
  if (heading === undefined)
    return [`CHANGELOG.md: there is no entry for ${version}; expected a line "## ${version} (YYYY-MM-DD)"`];
  const date = heading.slice(version.length).trim().slice(1, -1);
  const problems = DATE.test(date)
    ? []
    : [`CHANGELOG.md: the entry for ${version} is dated "${date}"; expected the day of the release, as YYYY-MM-DD`];
  if (!entry.some((line) => line.startsWith("- ")))
    problems.push(`CHANGELOG.md: the entry for ${version} lists no change; expected lines that begin with "- "`);
  return problems;
}

export interface Tarball {
  /** Bytes. */
  size: number;
  files: string[];
}

export function tarballProblems({ size, files }: Tarball): string[] {
  const problems = REQUIRED.filter((file) => !files.includes(file)).map(
    (file) => `npm tarball: ${file} is missing; build it by npm run pack, since a bare npm pack runs no prepack here`,
  );
  for (const file of files)
    if (!ALLOWED.test(file) || /\.test\.|\.map$|simulator/.test(file))
      problems.push(`npm tarball: ${file} does not belong into the package; see "files" in package.json`);
  if (size > LARGEST_TARBALL)
    problems.push(
      `npm tarball: it has ${size} bytes; expected at most ${LARGEST_TARBALL}: look at npm run pack's list`,
    );
  return problems;
}

/** The platforms for which the plugin has a tarball each. */
const PLATFORMS = ["linux", "darwin", "windows"].flatMap((os) => ["amd64", "arm64"].map((arch) => `${os}-${arch}`));

/** The names of the plugin's tarballs, as Pulumi looks for them. */
export const pluginTarballs = (version: string) =>
  PLATFORMS.map((platform) => `pulumi-resource-scalar-backup-v${version}-${platform}.tar.gz`);

/**
 * Compares files with the checksums of them.
 * @param checksums As `sha256sum` prints them.
 * @param files What is released, by name; undefined for one that is missing.
 */
export function checksumProblems(checksums: string, files: Record<string, Buffer | undefined>): string[] {
  const listed = new Map(
    checksums
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  return Object.entries(files).flatMap(([name, bytes]) => {
    if (bytes === undefined) return [`${name}: there is no such file; build it by npm run release:plugin`];
    const sum = sha256(bytes);
    if (listed.get(name) === sum) return [];
    return [`checksums.txt: ${name} has ${shown(listed.get(name))}; expected its SHA-256, ${sum}`];
  });
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function shown(value: string | undefined): string {
  return value === undefined ? "none" : `"${value}"`;
}
