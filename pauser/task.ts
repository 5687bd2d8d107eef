/** The environment variable that tells the program to do something else than to pause. */
export const TASK_VARIABLE = "PAUSER_TASK";

/** Its only value: unpause what the note of a killed run names. */
export const UNPAUSE_TASK = "unpause";
