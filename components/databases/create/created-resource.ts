/** A resource that `create` declares, with the arguments that a user gives it. */
export interface CreatedResource {
  /** Where the arguments are, below the database's kind: `create.instances[0]`. */
  path: (string | number)[];
  /** The import that declares it, without the package's scope: `aws/rds/cluster`. */
  resource: string;
  args: object;
  /** Arguments that this program sets itself, each with what to do instead of giving it. */
  owned: Record<string, string>;
}
