import { counted } from "../../restore-points/counted";
import { stackPolicy } from "../stack-policy";
import { stringAt, UNKNOWN } from "../values";

interface Settings {
  maximumDays: number;
  required: boolean;
}

/** Where a program says when a drill last passed: as an output of the stack, RFC 3339. */
const OUTPUT = "lastDrill";
/** The same as a tag of the stack, which can be set without changing the program. */
const STACK_TAG = "scalar-backup:last-drill";
const DAY_MILLIS = 86_400_000;

export const drillRecent = stackPolicy<Settings>({
  name: "drill-recent",
  description: "Checks whether the last successful drill is recent.",
  looksAt: `the stack's output ${OUTPUT}, or its tag ${STACK_TAG}`,
  severity: "medium",
  level: "advisory",
  settings: {
    maximumDays: {
      type: "integer",
      minimum: 1,
      default: 30,
      description: "Days after which the last successful drill is too old; best less than the recovery period.",
    },
    required: {
      type: "boolean",
      default: false,
      description: "Whether a stack without a recorded drill violates the policy.",
    },
  },
  problems(resources, { maximumDays, required }, stackTags) {
    const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    const output = stack && stringAt(stack.props, OUTPUT);
    // A drill is being verified, which a preview cannot know the end of.
    if (output === UNKNOWN) return [];
    const instant = output ?? stackTags.get(STACK_TAG);
    const fix = `run one (restore.at): this program records one whose verification passed; in another stack, name that (pulumi config set --path lastDrill.stack <organization>/<project>/<stack>), or, in a program of your own, run pulumi stack tag set ${STACK_TAG} <instant>`;
    if (instant === undefined) return required ? [{ message: `no successful drill is recorded: ${fix}` }] : [];
    const days = Math.floor((Date.now() - Date.parse(instant)) / DAY_MILLIS);
    if (Number.isNaN(days))
      return [{ message: `the last drill's instant "${instant}" cannot be read: write it as 2026-11-22T03:00:12Z` }];
    return days <= maximumDays
      ? []
      : [{ message: `the last successful drill is ${counted(days, "day")} old, ${maximumDays} are allowed: ${fix}` }];
  },
});
