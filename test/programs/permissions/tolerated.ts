/** Rights whose absence no step fails for, each with what happens in its place. */
export const AZURE_TOLERATED: Readonly<Record<string, string>> = {};
export const AWS_TOLERATED: Readonly<Record<string, string>> = {};
export const RECOVER_TOLERATED: Readonly<Record<string, string | undefined>> = {};
