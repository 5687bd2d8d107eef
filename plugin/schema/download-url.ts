/**
 * Where the Pulumi CLI downloads the plugin: from the releases of the repository that package.json names. Undefined while it
 * names none; users then install the plugin from a file.
 */
export function downloadUrl(packageJson: object): string | undefined {
  if (!("repository" in packageJson)) return undefined;
  const { repository } = packageJson;
  const url =
    typeof repository === "object" && repository !== null && "url" in repository ? repository.url : repository;
  const [, owner, name] = /github(?:\.com)?[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(String(url)) ?? [];
  if (owner === undefined)
    throw new Error(
      `package.json: repository "${String(url)}" is not a repository on GitHub; expected "github:<owner>/<name>"`,
    );
  return `github://api.github.com/${owner}/${name}`;
}
