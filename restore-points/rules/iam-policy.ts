/**
 * The limit on the total characters of a role's inline policies, without white space [IAM User Guide, "IAM and AWS STS
 * quotas"]. AWS does not raise it.
 */
export const ROLE_POLICIES_LIMIT = 10_240;

/** The suffix of the names of a restore's copies. */
const INSTANT = /-\d{8}t\d{6}z$/;

/**
 * Writes a policy for tables by their ARNs: each table by itself while the policy fits into the limit, else their
 * ScalarDB namespaces (`table/ledger.*`), else all tables of their account and region. The suffix of copies' names
 * still separates copies from their sources.
 */
export function tablesPolicy(tables: readonly string[], write: (tables: string[]) => string): string {
  const exact = [...new Set(tables)].sort();
  for (const attempt of [exact, wider(exact, namespaceOf)]) {
    const policy = write(attempt);
    if (policy.length <= ROLE_POLICIES_LIMIT) return policy;
  }
  return write(wider(exact, () => ""));
}

/** Patterns that match all of these tables, one for each prefix and suffix; names without a prefix stay unchanged. */
function wider(tables: string[], beginningOf: (name: string) => string | undefined): string[] {
  const patterns = tables.map((arn) => {
    const [, where = "", name = ""] = /^(.*:table\/)(.*)$/.exec(arn) ?? [];
    const beginning = beginningOf(name);
    return beginning === undefined ? arn : `${where}${beginning}*${INSTANT.exec(name)?.[0] ?? ""}`;
  });
  return [...new Set(patterns)].sort();
}

/** `ledger.` of `ledger.accounts`. */
function namespaceOf(name: string): string | undefined {
  return /^[^.*]*\./.exec(name)?.[0];
}
