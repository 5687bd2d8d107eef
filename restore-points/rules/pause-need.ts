/** Whether a set of databases has to be paused for a consistent restore point, with the reason as text. */
export interface PauseNeed {
  /** Whether pods have to be paused. */
  required: boolean;
  /** Why, or why not, as text. */
  because: string;
}

/** The properties of a database that the decision needs. */
export interface SetMember {
  name: string;
  /** The product's display name, such as `DynamoDB`. */
  label: string;
  /** Whether its own transactions make a restore consistent. */
  relational: boolean;
}

/**
 * The decision table: one relational database can be restored to any instant; a NoSQL store, or a set of several
 * databases, only to an instant at which no transaction was running.
 */
export function pauseNeed(databases: readonly SetMember[]): PauseNeed {
  const nosql = databases.filter((database) => !database.relational);
  if (nosql.length > 0)
    return {
      required: true,
      because: `${nosql.map(({ name, label }) => `${name} (${label})`).join(", ")} ${nosql.length === 1 ? "has no transactions of its own" : "have no transactions of their own"}`,
    };
  if (databases.length > 1)
    return {
      required: true,
      because: `${databases.map(({ name }) => name).join(", ")} have to be restored to one instant at which no transaction was running`,
    };
  return { required: false, because: "one relational database is consistent at any instant of its own" };
}
