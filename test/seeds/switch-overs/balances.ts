/** The balance that each database holds: what production had, what the copies hold, what pods have written since, and somebody's. */
export const [BEFORE, RESTORED, SINCE, SOMEBODYS] = [7, 5, 6, 9];
