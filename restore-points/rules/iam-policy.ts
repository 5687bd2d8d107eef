/**
 * Characters that the inline policies of a role may have together, white space not counted [IAM User Guide, "IAM and AWS STS
 * quotas"]. AWS raises it for nobody.
 */
export const ROLE_POLICIES_LIMIT = 10_240;

/** What the names of a restore's copies end in. */
const INSTANT = /-\d{8}t\d{6}z$/;

/**
 * Writes a policy about tables, given by their ARNs: each by itself while the policy stays within the limit, else by their
 * ScalarDB namespaces (`table/ledger.*`), else all tables of their account and region. Copies of a restore remain told from
 * their sources by what their names end in.
 */
export function tablesPolicy(tables: readonly string[], write: (tables: string[]) => string): string {
  const exact = [...new Set(tables)].sort();
  const attempts = [exact, wider(exact, namespaceOf), wider(exact, () => "")];
  for (const attempt of attempts) {
    const policy = write(attempt);
    if (policy.length <= ROLE_POLICIES_LIMIT) return policy;
  }
  return write(attempts.at(-1) as string[]);
}

/** Patterns that fit all of these tables, one for each beginning and ending of names; names without a beginning stay as they are. */
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
