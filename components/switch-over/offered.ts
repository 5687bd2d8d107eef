import * as pulumi from "@pulumi/pulumi";
import type { SwitchedDatabase } from "../../operations/switch-over/request";
import { Verdict } from "../../restore-points/verification/verdict";
import type { ScalarRestoreArgs } from "../restore-args";
import type { RestoreVerification } from "../verification/restore-verification";
import { type BeforeIt, planText, refusedText, type SwitchOverPlan } from "./plan";

/** The plan of the switch-over that these copies can have, which a preview prints; none for copies that it would refuse (switched.ts). */
export function offered(
  plan: SwitchOverPlan,
  databases: readonly SwitchedDatabase[],
  { verdict, instant, because }: RestoreVerification,
  args: Pick<ScalarRestoreArgs, "at" | "acceptUnproven" | "properties" | "propertiesByRelease">,
  component: pulumi.Resource,
): SwitchOverPlan | undefined {
  const before: BeforeIt = {
    ...(verdict === Verdict.Unproven && args.acceptUnproven === undefined && { acceptUnproven: args.at }),
    properties: args.properties !== undefined || args.propertiesByRelease !== undefined,
    databases,
  };
  const isRefused = verdict === Verdict.Refused;
  if (pulumi.runtime.isDryRun())
    void pulumi.log.info(isRefused ? refusedText(instant, because) : planText(plan, before), component);
  return isRefused ? undefined : plan;
}
