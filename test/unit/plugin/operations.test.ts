import test from "ava";
import { createOperation, deleteOperation, operationDiffers, updateOperation } from "../../../plugin/operations";

const URN = "urn:pulumi:prod::scalar-backup::scalar-backup:index:Operation::ledger-completion";
/** An operation that there is not: running it fails, so that a test sees whether it ran. */
const NAME = "no-such-operation";
const RAN = { message: /^ledger-completion: no-such-operation failed: there is no operation no-such-operation/ };

test("creating runs the operation, and names it and its resource when it fails", async (t) => {
  await t.throwsAsync(createOperation(URN, { create: NAME, stdin: "{}" }), RAN);
});

test("a changed input runs a repair again", async (t) => {
  const inputs = { create: NAME, stdin: "{}" };
  await t.throwsAsync(updateOperation(URN, inputs, { ...inputs, environment: { ACCESS: "new" } }), RAN);
});

test("a completion runs again for another request, but not for other credentials", async (t) => {
  const inputs = { create: NAME, update: NAME, stdin: "{}", environment: { ACCESS: "old" } };
  const renewed = { ...inputs, environment: { ACCESS: "new" } };
  t.deepEqual(await updateOperation(URN, inputs, renewed), { outs: renewed });
  await t.throwsAsync(updateOperation(URN, inputs, { ...inputs, stdin: "[]" }), RAN);
});

test("what a completion has said stays when only its credentials change", async (t) => {
  const inputs = { create: NAME, update: NAME, stdin: "{}", environment: { ACCESS: "old" } };
  const renewed = { ...inputs, environment: { ACCESS: "new" } };
  t.deepEqual(await updateOperation(URN, { ...inputs, stdout: "found" }, renewed), {
    outs: { ...renewed, stdout: "found" },
  });
});

test("deleting runs an operation only if there is one", async (t) => {
  await t.notThrowsAsync(deleteOperation(URN, { create: NAME }));
  await t.throwsAsync(deleteOperation(URN, { create: NAME, delete: NAME }), RAN);
});

test("every input is compared, secret or not", (t) => {
  const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  });
  const inputs = { create: NAME, stdin: "{}", environment: secret({ ACCESS: "old" }) };
  t.false(operationDiffers(inputs, { ...inputs, environment: { ACCESS: "old" } }));
  t.true(operationDiffers(inputs, { ...inputs, environment: secret({ ACCESS: "new" }) }));
  for (const key of ["create", "update", "delete", "stdin"])
    t.true(operationDiffers(inputs, { ...inputs, [key]: "other" }));
});
