import { isProviderType } from "./urn";

/** The members of a resource in `pulumi stack export` that are needed here. */
export interface ExportedResource {
  outputs?: Record<string, unknown>;
  urn: string;
  type: string;
  id?: string;
  external?: boolean;
  parent?: string;
  provider?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  deletedWith?: string;
}

export function neededBy({ parent, dependencies, propertyDependencies, deletedWith }: ExportedResource): string[] {
  const urns = [
    parent,
    deletedWith,
    ...(dependencies ?? []),
    ...Object.values(propertyDependencies ?? {}).flatMap((some) => some ?? []),
  ];
  return [...new Set(urns.filter((urn) => urn !== undefined && !isProviderType(urn.split("::")[2] ?? "")))] as string[];
}
