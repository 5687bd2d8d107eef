import * as pulumi from "@pulumi/pulumi";
import type { CloudSettings } from "../cloud-settings";
import type { KnownDatabase } from "../databases";
import { lookUpFor } from "../databases/kind";
import { endProgram } from "../problem";
import { settingName } from "../where-to-set";

/**
 * Known once no copy of the set is taking a production name. In the middle of a switch-over, the program ends: what it would restore
 * then, or change of copies, could be what has a production name already.
 */
export function noNameTaken(databases: readonly KnownDatabase[], settings: CloudSettings): pulumi.Output<unknown> {
  const each = databases.map(({ name, kind, args }) =>
    lookUpFor(name, async () => (await kind.namesTaken?.(name, args, settings)) ?? []),
  );
  return pulumi.all(each).apply((found) => {
    const names = found.flat();
    return names.length === 0 ? undefined : endProgram(UNDER_WAY(names));
  });
}

const UNDER_WAY = (names: readonly string[]) =>
  `${settingName("restore")}: a switch-over is not complete: copies are taking the names ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}. Set restore.at, mode and switchOver.confirm as they were when it began, and run "pulumi up": it goes on`;
