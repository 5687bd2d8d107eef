/**
 * The names that an ARN, an endpoint, a URL or an Azure id holds, the likeliest first: people copy these from consoles to
 * where a name is expected.
 */
export function namesWithin(text: string): string[] {
  if (text.startsWith("arn:")) {
    // arn:aws:rds:<region>:<account>:cluster:<name>, arn:aws:dynamodb:<region>:<account>:table/<name>
    const resource = text.split(":").slice(5).join(":");
    return [resource.split(/[:/]/).slice(1).join("/"), lastOf(resource.split(/[:/]/))].filter(Boolean);
  }
  const jdbc = /^jdbc:[^?;]*\/([^/?;]+)(?:[?;].*)?$/.exec(text)?.[1];
  if (jdbc !== undefined) return [jdbc];
  const sqlserver = /^jdbc:sqlserver:.*;databaseName=([^;]+)/i.exec(text)?.[1];
  if (sqlserver !== undefined) return [sqlserver];
  // /subscriptions/<id>/resourceGroups/<name>/providers/<type>/<name>
  if (text.startsWith("/subscriptions/")) return [lastOf(text.split("/"))];
  const host = URL.canParse(text) && /^https?:/.test(text) ? new URL(text).hostname : text.replace(/:\d+\/?$/, "");
  if (/^[\w-]+(\.[\w-]+)+$/.test(host)) return host.split(".").slice(0, 1);
  return text.includes("/") ? [lastOf(text.replace(/\/+$/, "").split("/"))] : [];
}

function lastOf(parts: string[]): string {
  return parts.at(-1) ?? "";
}
