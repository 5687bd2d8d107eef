/** The tag that marks a restored copy, with the mode as its value. */
export const COPY_TAG = "scalar-backup:copy";
/** The tag that names the instant a copy was restored to. */
export const INSTANT_TAG = "scalar-backup:restored-to";
/** The tag that names the stack a copy belongs to: two stacks may restore one database to one instant. */
export const STACK_TAG = "scalar-backup:stack";
