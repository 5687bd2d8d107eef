import type { Answer } from "./registry";

/** @returns what is wrong with a direct dependency, as the registry describes it. */
export function problemsOf(name: string, version: string, answer: Answer): string[] {
  const where = `package.json: ${name} ${version}`;
  if (!/^\d+\.\d+\.\d+$/.test(version)) return [`${where} is not one version; expected an exact one, such as 1.2.3`];
  if ("unreachable" in answer) return [];
  if ("missing" in answer) return [`${where} is not in the registry (${answer.missing}); use a version that is`];
  const { deprecated, latest, providerSdk } = answer.release;
  const use = latest ? `; use ${latest}, the package's latest` : "";
  return [
    ...(deprecated ? [`${where} is deprecated ("${deprecated}")${use}`] : []),
    // The engine downloads the plugin of the SDK's version, and provider releases end at the latest.
    ...(providerSdk && latest && isAbove(version, latest)
      ? [`${where} is a provider SDK above the package's latest, ${latest}: there is no plugin of that version${use}`]
      : []),
  ];
}

/** @returns the packages of which workspaces want different versions: npm would install, and programs load, all of them. */
export function differingVersions(direct: readonly [name: string, version: string][]): string[] {
  const versions = new Map<string, string[]>();
  for (const [name, version] of direct) versions.set(name, [...(versions.get(name) ?? []), version]);
  return [...versions]
    .filter(([, wanted]) => wanted.length > 1)
    .map(
      ([name, wanted]) => `package.json: ${name} has the versions ${wanted.join(" and ")}; use one in all workspaces`,
    );
}

function isAbove(version: string, other: string): boolean {
  return version.localeCompare(other, "en", { numeric: true }) > 0;
}
