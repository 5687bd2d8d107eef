import test from "ava";
import {
  changelogProblems,
  checksumProblems,
  LARGEST_TARBALL,
  pluginTarballs,
  repositoryProblems,
  sha256,
  tarballProblems,
  versionProblems,
} from "../../../checks/release/problems";

const FILES = [
  ...["LICENSE", "README.md", "package.json", "operations/command.cjs", "cli/bin.cjs"],
  ...["docs/permissions.md", "permissions/aws/up.json"],
  ...["index.js", "index.d.ts", "operations.js", "register.js", "pauser.cjs", "pauser-with-window-backups.cjs"].map(
    (file) => `dist/${file}`,
  ),
  ...[
    "stack-config.schema.json",
    "VerifyCopies.java",
    "policies/main.js",
    "policies/package.json",
    "policies/PulumiPolicy.yaml",
  ].map((file) => `dist/${file}`),
];

test("refuses versions that differ, and a version that is none", (t) => {
  t.deepEqual(versionProblems({ "package.json": "1.2.3", "plugin/schema.json": "1.2.3" }), []);
  t.deepEqual(
    versionProblems({ "package.json": "1.2.3", "plugin/schema.json": "1.2.2", "policies/package.json": undefined }),
    [
      'plugin/schema.json: version is "1.2.2"; expected "1.2.3", as in package.json',
      'policies/package.json: version is none; expected "1.2.3", as in package.json',
    ],
  );
  t.regex(versionProblems({ "package.json": "v1.2" }).join(), /version is "v1.2"; expected one such as 1\.2\.3/);
});

test("refuses a package.json without the repository that its releases come from", (t) => {
  t.deepEqual(repositoryProblems({ repository: { url: "git+https://github.com/acme/scalar-backup.git" } }), []);
  t.regex(
    repositoryProblems({}).join(),
    /^package\.json: "repository" is missing; .*run npm pkg set repository\.type=git/,
  );
});

test("refuses a changelog without a dated entry that lists changes", (t) => {
  const changelog =
    "# Changelog\n\n## 1.2.4 (unreleased)\n\n- Next\n\n## 1.2.3 (2026-11-30)\n\n- One\n\n## 1.2.2 (2026-11-01)\n";
  t.deepEqual(changelogProblems(changelog, "1.2.3"), []);
  t.regex(changelogProblems(changelog, "1.2.4").join(), /is dated "unreleased"; expected the day of the release/);
  t.regex(changelogProblems(changelog, "1.2.2").join(), /lists no change/);
  t.regex(changelogProblems(changelog, "1.2").join(), /there is no entry for 1\.2;/);
});

test("refuses a tarball that is too large, incomplete, or has more than was built", (t) => {
  t.deepEqual(tarballProblems({ size: LARGEST_TARBALL, files: FILES }), []);
  t.regex(
    tarballProblems({ size: LARGEST_TARBALL + 1, files: FILES }).join(),
    new RegExp(`${LARGEST_TARBALL + 1} bytes; expected at most ${LARGEST_TARBALL}`),
  );
  for (const file of FILES)
    t.regex(
      tarballProblems({ size: 1, files: FILES.filter((each) => each !== file) }).join(),
      new RegExp(`^npm tarball: ${file.replaceAll(".", "\\.")} is missing`),
    );
  for (const file of ["components/index.ts", "dist/index.js.map", "test/unit/x.test.ts", "dist/simulator.js"])
    t.regex(tarballProblems({ size: 1, files: [...FILES, file] }).join(), /does not belong into the package/, file);
});

test("refuses tarballs that are missing or are not what the checksums say", (t) => {
  const bytes = Buffer.from("tarball");
  const checksums = `${sha256(bytes)}  one.tar.gz\n${sha256(bytes)}  two.tar.gz\n`;
  t.deepEqual(checksumProblems(checksums, { "one.tar.gz": bytes, "two.tar.gz": bytes }), []);
  t.regex(
    checksumProblems(checksums, { "one.tar.gz": Buffer.from("other") }).join(),
    /one\.tar\.gz has "[0-9a-f]{64}"/,
  );
  t.regex(
    checksumProblems(checksums, { "three.tar.gz": bytes }).join(),
    /three\.tar\.gz has none; expected its SHA-256/,
  );
  t.regex(checksumProblems(checksums, { "two.tar.gz": undefined }).join(), /two\.tar\.gz: there is no such file/);
});

test("the plugin has a tarball for each platform, under the name that Pulumi looks for", (t) => {
  const names = pluginTarballs("1.2.3");
  t.is(names.length, 6);
  t.true(names.includes("pulumi-resource-scalar-backup-v1.2.3-darwin-arm64.tar.gz"));
});
