/** The variable in which a switch-over is given how it reaches its clouds and clusters, as JSON (`SwitchOverAccess`). */
export const SWITCH_OVER_ACCESS_VARIABLE = "SCALAR_BACKUP_SWITCH_OVER_ACCESS";
