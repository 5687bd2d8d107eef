import { truncateSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { DrillStacks } from "./drill-stacks";

const hasPulumi = findPulumi() !== undefined;
if (!hasPulumi) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

// That a kill leaves the file empty is gocloud.dev's code (blob/fileblob/attrs.go), and is not played here.
(hasPulumi ? test.serial : test.serial.skip)(
  "the command that an error names makes a state readable again that was being saved when Pulumi was killed",
  async (t) => {
    const stacks = await DrillStacks.start(t, 0);
    await stacks.makeProduction();
    truncateSync(join(stacks.folder, "state/.pulumi/stacks/scalar-backup/prod.json.attrs"));

    const refused = await stacks.scalarBackup("drill", "--stack", "prod", "--yes");
    t.is(refused.code, 3, refused.stderr);
    t.regex(refused.stderr, /failed to load checkpoint: EOF/);
    const command = /find <the backend's folder>\S* .*-delete/.exec(refused.stderr.replaceAll(/\s+/g, " "))?.[0] ?? "";
    const repair = await stacks.shell(command.replace("<the backend's folder>", join(stacks.folder, "state")));
    t.is(repair.code, 0, repair.stderr);

    const { stderr } = await stacks.scalarBackup("drill", "--stack", "prod", "--yes");
    t.regex(stderr, /deploy the stack first/);
  },
);
