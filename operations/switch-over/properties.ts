import type { ClusterClient } from "../kubernetes/client";
import { textsIn } from "../kubernetes/fields";
import type { CarriedProperties, ClusterReleases } from "./stoppable-pods";
import { readWorkloads } from "./workloads";

/**
 * What the names of files with properties end with. Scalar's charts up to scalardl 4.12 and scalardl-audit 2.12 have a template, which the
 * image fills in from the container's variables.
 */
const PROPERTIES_FILE = /\.properties(\.tmpl)?$/;

/**
 * The properties that pods of each Deployment would start with now: Scalar's charts mount them from a ConfigMap, as a file
 * `<product>.properties` or `<product>.properties.tmpl`. A pod reads it once, when it starts (docs/decisions/0024).
 */
export async function readProperties(
  client: ClusterClient,
  { cluster, releases }: ClusterReleases,
): Promise<CarriedProperties[]> {
  const workloads = await readWorkloads(client, releases);
  return await Promise.all(
    workloads.map(async ({ namespace, release, deployment, configMaps, variables }) => {
      const found = await Promise.all(
        configMaps.map(async (name) => {
          const configMap = await client.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
          const files = Object.entries(textsIn(configMap ?? {}, "data"));
          return { name, texts: files.flatMap(([file, text]) => (PROPERTIES_FILE.test(file) ? [text] : [])) };
        }),
      );
      const holding = found.filter(({ texts }) => texts.length > 0);
      const databases = releases.find((each) => each.namespace === namespace && each.name === release)?.databases;
      return {
        cluster,
        namespace,
        release,
        deployment,
        configMaps: holding.map(({ name }) => name),
        texts: holding.flatMap(({ texts }) => texts),
        variables,
        ...(databases && { databases }),
      };
    }),
  );
}
