/** The environment variable that selects another task than pausing. */
export const TASK_VARIABLE = "PAUSER_TASK";

/** Its only value: unpause the pods that the note of a killed run names. */
export const UNPAUSE_TASK = "unpause";
