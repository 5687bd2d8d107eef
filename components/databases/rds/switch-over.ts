import type * as pulumi from "@pulumi/pulumi";
import { isNameMarked, isNameTaken } from "../../../operations/rds-taking-name";
import type { AwsSettings, CloudSettings } from "../../cloud-settings";
import { stackIdentity } from "../../state";
import { type DatabaseKind, DECLARED_HERE, regionOf } from "../kind";
import { switchedRds } from "./copies";

/** What a kind of RDS or Aurora knows of the name that a switch-over gives to a copy. */
export interface SwitchedName {
  what: "instance" | "cluster";
  /** Absent for a database that is created here; one that another resource gives is known too late. */
  identifier: pulumi.Input<string> | undefined;
  region: string | undefined;
}

/** How the copies of a kind of RDS or Aurora take the names of their sources: only those of sources that exist. */
export function rdsSwitchOver<Args>(
  named: (args: Args) => SwitchedName,
): Required<Pick<DatabaseKind<Args>, "namesTaken" | "namesMarked">> & Pick<DatabaseKind<Args>, "switchOver"> {
  const existing = (name: string, args: Args, aws: AwsSettings) => {
    const { what, identifier, region } = named(args);
    return typeof identifier === "string" ? { what, identifier, region: regionOf(region, aws, name) } : undefined;
  };
  const namesThat =
    (holds: typeof isNameTaken) =>
    async (name: string, args: Args, { aws }: CloudSettings): Promise<string[]> => {
      const found = existing(name, args, aws);
      if (found === undefined) return [];
      const { what, region, identifier } = found;
      return (await holds(what, region, identifier, stackIdentity(), aws.access)) ? [identifier] : [];
    };
  return {
    namesTaken: namesThat(isNameTaken),
    namesMarked: namesThat(isNameMarked),
    switchOver(name, args, { aws, instant }) {
      const found = existing(name, args, aws);
      return found ? switchedRds(name, found.what, { ...found, instant }) : { because: DECLARED_HERE };
    },
  };
}
