/** How long Azure plausibly takes, in milliseconds of simulated time: inferred, where no source is named. They pass on the simulated clock only. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const CREATE_SERVER = 6 * MINUTE;
export const RESTORE_SERVER = 25 * MINUTE;
export const UPDATE_SERVER = 1 * MINUTE;
/** A standby is a second server, built from the first. */
export const SWITCH_HIGH_AVAILABILITY = 10 * MINUTE;
export const RESTART_SERVER = 1 * MINUTE;
export const DELETE_SERVER = 2 * MINUTE;
export const SET_PARAMETER = 15 * SECOND;
export const SET_FIREWALL_RULE = 20 * SECOND;

export const CREATE_ACCOUNT = 5 * MINUTE;
export const RESTORE_ACCOUNT = 45 * MINUTE;
export const UPDATE_ACCOUNT = 1 * MINUTE;
/** From periodic to continuous backup; the account stays in use. */
export const MIGRATE_BACKUP = 30 * MINUTE;
export const DELETE_ACCOUNT = 5 * MINUTE;

export const PRIVATE_ENDPOINT = 1 * MINUTE;
export const DNS_ZONE_GROUP = 10 * SECOND;

export const CREATE_BACKUP_VAULT = 30 * SECOND;
export const UPDATE_BACKUP_VAULT = 20 * SECOND;
export const CHANGE_BACKUP_INSTANCE = 3 * MINUTE;
