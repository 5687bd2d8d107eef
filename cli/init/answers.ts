import { scheduleProblem } from "../../components/pause/key-problems";
import { timeZoneProblem } from "../../restore-points/rules/time-zone";
import { UsageError } from "../exit-codes";
import { type Found, namesOf, type Places, withOnly } from "./found";
import { chosen, NONE, type Questions } from "./questions";
import { type Choices, isPaused } from "./stack-text";

/** What the options say of where to look, and of the schedule. */
interface Given {
  region?: string;
  subscription?: string;
  resourceGroups?: string;
  context?: string;
  databases?: string;
  schedule?: string;
  timeZone?: string;
}

const SCHEDULE = "0 3 * * *";
const UTC = "Etc/UTC";

/** Takes what the options and the environment say, and asks a person for the rest, if there is one. */
export function answers(given: Given, env: NodeJS.ProcessEnv, questions: Questions | undefined) {
  return {
    /** Where databases and releases are looked for. */
    async places(): Promise<Omit<Places, "tag">> {
      const region =
        given.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || (await cloud(questions, "AWS region")));
      const subscriptionId =
        given.subscription ?? (env.ARM_SUBSCRIPTION_ID || (await cloud(questions, "Azure subscription (its ID)")));
      const resourceGroups = given.resourceGroups?.split(",").map((name) => name.trim());
      return {
        ...(region !== undefined && { region }),
        ...(subscriptionId !== undefined && {
          azure: { access: { subscriptionId }, ...(resourceGroups && { resourceGroups }) },
        }),
        ...(given.context !== undefined && { context: given.context }),
      };
    },
    /** Why no cloud is looked at; nothing where a person has said so. */
    notLookedAt: ({ region, azure }: Places): string[] =>
      questions || region !== undefined || azure !== undefined
        ? []
        : [
            "AWS: no region is known; give --region, or set AWS_REGION",
            "Azure: no subscription is known; give --subscription, or set ARM_SUBSCRIPTION_ID",
          ],
    /** The databases of the set. @throws {UsageError} for one that was not found */
    async choose(found: Found): Promise<Found> {
      if (given.databases !== undefined) return named(found, given.databases);
      return questions === undefined ? found : await chosen(found, questions);
    },
    /** When pods are paused: asked only for a set whose pods are. */
    async timing(found: Found): Promise<Pick<Choices, "schedule" | "timeZone" | "isOwnTimeZone">> {
      const asks = isPaused(found) ? questions : undefined;
      const schedule =
        given.schedule ?? (await asks?.ask("When are pods paused (cron)?", SCHEDULE, scheduleProblem)) ?? SCHEDULE;
      const timeZone = given.timeZone ?? (await asks?.ask("In which time zone?", ownTimeZone(), timeZoneProblem));
      // Not UTC: "0 3 * * *" there is noon in Tokyo.
      return { schedule, timeZone: timeZone ?? ownTimeZone(), isOwnTimeZone: timeZone === undefined };
    },
  };
}

/** Where a cloud's databases are, or undefined for a cloud without any. */
async function cloud(questions: Questions | undefined, question: string): Promise<string | undefined> {
  const answer = await questions?.ask(`${question} of the databases, or none?`, NONE);
  return answer === NONE ? undefined : answer;
}

/** This machine's. */
function ownTimeZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZoneProblem(timeZone) === undefined ? timeZone : UTC;
}

function named(found: Found, names: string): Found {
  const wanted = names.split(",").map((name) => name.trim());
  const all = namesOf(found);
  const missing = wanted.filter((name) => !all.includes(name));
  if (missing.length > 0)
    throw new UsageError(
      `--databases: ${missing.join(", ")} was not found${all.length > 0 ? `; found were ${all.join(", ")}` : ""}`,
    );
  return withOnly(found, new Set([...all.keys()].filter((index) => wanted.includes(all[index] ?? ""))));
}
