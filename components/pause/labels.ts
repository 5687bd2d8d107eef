import * as pulumi from "@pulumi/pulumi";

type Labels = Record<string, pulumi.Input<string>>;

/**
 * Tags as Kubernetes takes them for labels: up to 63 letters, digits, dashes, dots and underscores, a letter or digit at
 * both ends. Clouds allow more in their tags; what is not allowed here becomes an underscore.
 */
export function asLabels(tags: pulumi.Input<Labels> | undefined): pulumi.Output<Record<string, string>> {
  return pulumi
    .output(tags ?? {})
    .apply((values) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [asKey(key), asLabel(value)] as const)),
    );
}

function asKey(key: string): string {
  const [prefix, name, ...rest] = key.split("/");
  const prefixed = name !== undefined && rest.length === 0 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(prefix ?? "");
  return prefixed ? `${prefix}/${asLabel(name)}` : asLabel(key);
}

function asLabel(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_.-]/g, "_")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
