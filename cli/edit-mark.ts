/** Marks lines of a stack file that `init` could not complete: `check` warns of each until a person has edited it. */
export const EDIT = "# edit:";
