import { hostname, userInfo } from "node:os";

/** Who runs this, as the CI system or the machine names them, and the CI job's address. */
export function person(env: NodeJS.ProcessEnv): { person: string; job?: string } {
  const { GITHUB_ACTOR, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  if (GITHUB_ACTOR && GITHUB_RUN_ID)
    return {
      person: `${GITHUB_ACTOR} (GitHub Actions)`,
      job: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`,
    };
  const { GITLAB_CI, GITLAB_USER_LOGIN, CI_JOB_URL } = env;
  if (GITLAB_CI)
    return { person: `${GITLAB_USER_LOGIN ?? "unknown"} (GitLab CI)`, ...(CI_JOB_URL && { job: CI_JOB_URL }) };
  return { person: `${userName(env)}@${hostname()}` };
}

/** A container may run as a user that has no name. */
function userName({ USER, USERNAME }: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return USER ?? USERNAME ?? "unknown";
  }
}
