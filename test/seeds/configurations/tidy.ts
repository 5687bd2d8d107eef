import { isMap, listOf, type Values, without } from "./maps";
import { DATABASE_NAMES } from "./texts";

/** The same configuration with what refers to something made to fit: as users write it who have read the reference. */
export function tidied(values: Values): Values {
  const databases = listOf(values.databases).map((database, index) => ({
    ...database,
    name: DATABASE_NAMES[index % DATABASE_NAMES.length],
  }));
  const names = databases.map(({ name }) => String(name));
  const kinds = databases.flatMap((database) => Object.keys(database));
  const onAws = kinds.some((kind) => /^(dynamodb|aurora|rds)/.test(kind));
  const onAzure = kinds.some((kind) => kind.startsWith("azure"));
  const { pause, vault, restore, backup, ...rest } = values;
  return {
    ...rest,
    databases: databases.map((database) => (vault === undefined ? without(database, ["vault"]) : database)),
    ...(isMap(pause) && { pause: tidyPause(pause, databases) }),
    ...(isMap(vault) &&
      ((onAws && "aws" in vault) || (onAzure && "azure" in vault)) && { vault: tidyVault(vault, onAws, onAzure) }),
    ...(isMap(restore) && { restore: tidyRestore(restore, names) }),
    ...(isMap(backup) && databases.every((each) => !JSON.stringify(each).includes('"create"')) && { backup }),
  };
}

function tidyPause(pause: Values, databases: readonly Values[]): Values {
  const names = databases.map(({ name }) => name);
  const backsUp = JSON.stringify(databases).includes('"windowBackups"');
  const useless = [
    ...(pause.otherClusters === undefined ? ["rendezvousSeconds"] : []),
    ...(backsUp ? ["rendezvousSeconds"] : ["aws"]),
  ];
  const ownDatabases = (release: Values, index: number) => ({
    ...release,
    name: `release-${index}`,
    ...(release.databases !== undefined && { databases: names }),
  });
  return {
    ...without(pause, useless),
    ...(backsUp && pause.aws === undefined && { aws: { eksCluster: "payments" } }),
    releases: listOf(pause.releases).map(ownDatabases),
    ...(Array.isArray(pause.otherClusters) && {
      cluster: "tokyo",
      otherClusters: listOf(pause.otherClusters).map((other, index) => ({
        ...other,
        cluster: `osaka-${index}`,
        releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
      })),
    }),
  };
}

function tidyVault({ aws, azure }: Values, onAws: boolean, onAzure: boolean): Values {
  const lock = (vault: Values) =>
    isMap(vault.lock) &&
    vault.lock.changeableForDays !== undefined && { lock: { ...vault.lock, acknowledgeIrreversible: vault.name } };
  return {
    ...(isMap(aws) && onAws && { aws: { ...aws, ...lock(aws) } }),
    ...(isMap(azure) && onAzure && { azure }),
  };
}

function tidyRestore(restore: Values, names: readonly string[]): Values {
  const { at, from } = restore;
  if (at === undefined)
    return without(
      restore,
      Object.keys(restore).filter((key) => key !== "windows" && key !== "verify"),
    );
  const repeated = ["acceptInconsistentCopiesAt", "acceptUnproven"].filter((key) => key in restore);
  return {
    ...restore,
    ...Object.fromEntries(repeated.map((key) => [key, at])),
    ...(isMap(from) && {
      from: Object.fromEntries(Object.values(from).map((each, index) => [names[index % names.length], each])),
    }),
  };
}
