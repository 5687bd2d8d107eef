/** The tag that marks a restored copy, with the mode as its value. */
export const COPY_TAG = "scalar-backup:copy";
/** The tag that names the instant a copy was restored to. */
export const INSTANT_TAG = "scalar-backup:restored-to";
/** The tag that names the stack a copy belongs to: two stacks may restore one database to one instant. */
export const STACK_TAG = "scalar-backup:stack";
/** The tag of a copy that is taking a production name: that name. */
export const PRODUCTION_NAME_TAG = "scalar-backup:production-name";
/** The tag of such a copy that says what it replaces: the resource id of an RDS database, the table id of a table. */
export const REPLACES_TAG = "scalar-backup:replaces";
/** The tag of such a copy that says when the switch-over was complete: RFC 3339, UTC. Without it, one is under way. */
export const SWITCHED_OVER_TAG = "scalar-backup:switched-over";
/** The tag of a database that keeps its name when a copy with another address replaces it: the copy's name. */
export const REPLACED_BY_TAG = "scalar-backup:replaced-by";
/** What only copies and databases have that take part, or have taken part, in a switch-over. */
export const SWITCH_OVER_TAGS: readonly string[] = [
  PRODUCTION_NAME_TAG,
  REPLACES_TAG,
  SWITCHED_OVER_TAG,
  REPLACED_BY_TAG,
];
