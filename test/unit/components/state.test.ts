import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { stackOutputsInState } from "../../../components/state";

test.serial("a state that is being written is read once more", async (t) => {
  let calls = 0;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => {
        calls += 1;
        // As the engine on files answers in the middle of a write, seen in test/engine/program.test.ts.
        if (calls < 3) throw Object.assign(new Error("refused"), { details: "failed to load checkpoint: EOF" });
        return { outputs: {} };
      },
    },
    "scalar-backup",
    "test",
    false,
    "acme",
  );
  t.deepEqual(await stackOutputsInState(), {});
  t.is(calls, 3);
});
