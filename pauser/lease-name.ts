/** The Lease, in a release's namespace, that a run holds while it pauses the release. */
export const leaseName = (release: string): string => `scalar-backup-${release}`;
