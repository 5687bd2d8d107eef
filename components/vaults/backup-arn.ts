const ARN = /^arn:[\w-]+:([\w-]+):([\w-]*):\d{12}:(.+)$/;

/** Why a text is not the ARN of such a backup, with what is to be done; undefined when it is. */
export function backupArnProblem(
  text: string | undefined,
  wanted: { service: string; resource: RegExp; example: string; region: string | undefined },
): string | undefined {
  if (text === undefined) return `needs the ARN of a backup, such as ${wanted.example}`;
  const [, service, region, resource = ""] = ARN.exec(text) ?? [];
  if (service === "backup")
    return `${text} can be restored by a restore job of AWS Backup only: start one (aws backup start-restore-job), and name what it made under databases`;
  if (service !== wanted.service || !wanted.resource.test(resource))
    return `${JSON.stringify(text)} is not allowed; expected the ARN of a backup, such as ${wanted.example}`;
  if (wanted.region !== undefined && region !== wanted.region)
    return `${text} is in ${region}, and the copy is to be in ${wanted.region}: copy it there first, or restore it there`;
  return undefined;
}
