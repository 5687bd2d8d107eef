/**
 * The arguments of a provider's resource, by the names of its documentation. Not the type of the provider's SDK: that would
 * tie users to one release of it, does not compile under every TypeScript, and exists in no other language. `createdProblems`
 * checks the arguments against the pinned release.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above; values may be outputs of any resource
export type ResourceArgs = Record<string, any>;

/** The same as the provider's SDK types them. `createdProblems` has compared them with the declarations of that SDK. */
export function checkedArgs<Args extends object>(args: ResourceArgs): Args {
  // Cast: see above.
  return args as Args;
}
