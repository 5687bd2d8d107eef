/** What the fixture program can declare. */

export type Reference =
  /** A resource's property, as in `table.address`, or the resource itself. */
  | { from: string }
  | { secret: unknown }
  /** A config value that is secret. */
  | { secretConfig: string }
  /** A variable of the environment. */
  | { environment: string }
  /** The `answer` of a provider's function. */
  | { invoke: string };

export interface Declaration {
  name: string;
  /** Defaults to `custom`. */
  kind?: "custom" | "component" | "provider";
  /** Defaults to `fixture:index:Thing`. */
  type?: string;
  /** Given: the resource is read, not created. */
  id?: unknown;
  inputs?: Record<string, unknown>;
  /** Resource options; resources in them are named. */
  options?: Record<string, unknown> & {
    parent?: string;
    dependsOn?: string[];
    provider?: string;
    deletedWith?: string;
    replaceWith?: string[];
  };
}
