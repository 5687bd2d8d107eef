/** Asks the npm registry about packages, through the npm client: it knows the registry, proxies and credentials. */
import { execFile } from "node:child_process";

export interface Release {
  /** Why its author deprecated it. */
  deprecated?: string;
  latest?: string;
  /** Whether it is the SDK of a Pulumi provider, whose plugin of the same version the engine downloads. */
  providerSdk: boolean;
}

/** What the registry answers: a release, that it has none, or why it cannot be asked. */
export type Answer = { release: Release } | { missing: string } | { unreachable: string };

/** What `npm view --json` prints. */
interface View {
  deprecated?: string;
  "dist-tags"?: { latest?: string };
  pulumi?: { resource?: boolean };
  error?: { code: string; summary: string };
}

export async function askRegistry(name: string, version: string): Promise<Answer> {
  const view = await npmView(`${name}@${version}`);
  if (view.error?.code === "E404") return { missing: view.error.summary };
  if (view.error) return { unreachable: view.error.summary };
  const { deprecated, "dist-tags": tags, pulumi } = view;
  return {
    release: {
      ...(deprecated && { deprecated }),
      ...(tags?.latest && { latest: tags.latest }),
      providerSdk: pulumi?.resource === true,
    },
  };
}

function npmView(spec: string): Promise<View> {
  const fields = ["deprecated", "dist-tags", "pulumi"];
  // Without retries: npm repeats for minutes where there is no network.
  const options = ["--json", "--fetch-retries=0", "--fetch-timeout=20000", "--loglevel=silent"];
  return new Promise((resolve) => {
    execFile("npm", ["view", spec, ...fields, ...options], (error, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve({ error: { code: "ENOANSWER", summary: error?.message ?? `npm view ${spec} printed no JSON` } });
      }
    });
  });
}
