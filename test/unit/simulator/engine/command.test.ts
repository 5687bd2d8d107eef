import { tmpdir } from "node:os";
import test from "ava";
import { CommandProvider } from "../../../../simulator/providers/command";
import { type PropertyMap, UNKNOWN } from "../../../../simulator/providers/provider";

const urn = "urn:pulumi:rehearsal::scalar-backup::command:local:Command::it";
const type = "command:local:Command";

function created(provider: CommandProvider, inputs: PropertyMap) {
  return provider.create({ urn, type, inputs, preview: false });
}

async function diffOf(oldInputs: PropertyMap, newInputs: PropertyMap) {
  const request = { urn, type, id: "it1", oldInputs, oldOutputs: oldInputs, newInputs, ignoreChanges: [] };
  return (await new CommandProvider().diff(request)).detailedDiff;
}

// Every expectation here was read off the real pulumi-resource-command.
test("a command runs as a process: interpreter, stdin, environment, directory, output", async (t) => {
  const lines: string[] = [];
  const provider = new CommandProvider({
    environment: () => ({ FROM_HOST: "host" }),
    directory: tmpdir(),
    log: (line) => lines.push(line),
  });
  const shell = await created(provider, {
    create: 'echo hi; echo; echo "$FROM_HOST $OWN" >&2',
    environment: { OWN: "own" },
  });
  t.like(shell.outputs, { stdout: "hi\n", stderr: "host own" });
  t.regex(shell.id, /^it[0-9a-f]{8}$/);
  t.deepEqual(lines.toSorted(), ["", "hi", "host own"]);

  const node = await created(provider, {
    interpreter: ["node", "-e"],
    create: "process.stdout.write(require('fs').readFileSync(0) + process.cwd())",
    stdin: "in ",
    dir: "/",
    logging: "none",
  });
  t.is(node.outputs.stdout, "in /");
  t.is(lines.length, 3);
  t.like((await created(provider, {})).outputs, { stdout: "", stderr: "" });
});

test("an update runs update, or create again, and gets what was written before", async (t) => {
  const provider = new CommandProvider();
  const update = async (newInputs: PropertyMap, preview = false) => {
    const oldInputs = { create: "echo first" };
    const oldOutputs = { ...oldInputs, stdout: "before", stderr: "" };
    return (await provider.update({ urn, type, oldInputs, oldOutputs, newInputs, preview })).outputs.stdout;
  };
  t.is(await update({ create: "echo $PULUMI_COMMAND_STDOUT again" }), "before again");
  t.is(await update({ create: "echo wrong", update: "echo right" }), "right");
  t.is(await update({ create: 'echo "$PULUMI_COMMAND_STDOUT."', addPreviousOutputInEnv: false }), ".");
  t.is(await update({ create: "echo other" }, true), UNKNOWN);
  t.is(await update({ create: "echo first" }, true), "before");
  await provider.delete({
    urn,
    type,
    inputs: { delete: 'test "$PULUMI_COMMAND_STDOUT" = x' },
    outputs: { stdout: "x" },
  });
});

test("a failing command fails with all it has written", async (t) => {
  const provider = new CommandProvider();
  await t.throwsAsync(created(provider, { create: "echo out; exit 3" }), {
    message: 'exit status 3: running "echo out; exit 3":\nout\n',
  });
  await t.throwsAsync(created(provider, { create: "kill -9 $$" }), { message: /^signal: killed/ });
  await t.throwsAsync(created(provider, { create: "true", dir: "/no/such/dir" }), {
    message: /no such file or directory/,
  });
  const sleeping = created(provider, { create: "exec sleep 30" });
  const ended = t.throwsAsync(sleeping, { message: /^signal: killed/ });
  await provider.cancel();
  await ended;
  await t.throwsAsync(created(provider, { create: "true" }), { message: /was cancelled/ });
});

test("a cancelled command waits for what its shell runs, which is not ended", async (t) => {
  t.timeout(60_000);
  let started = (_line: string) => {};
  const line = new Promise<string>((resolve) => {
    started = resolve;
  });
  const provider = new CommandProvider({ log: (text) => started(text) });
  // The shell does not become what it runs, which keeps its outputs open.
  const ended = t.throwsAsync(created(provider, { create: "sleep 600 & echo $!; wait" }), {
    message: /^signal: killed/,
  });
  const sleeping = Number(await line);
  await provider.cancel();
  t.true(process.kill(sleeping, 0), "it runs on");
  process.kill(sleeping);
  await ended;
});

test("only giving or removing triggers as a whole replaces; all else is an update in place", async (t) => {
  const command = { create: "a", triggers: ["1"] };
  t.deepEqual(await diffOf(command, command), {});
  t.deepEqual(await diffOf(command, { create: "a", triggers: ["2"] }), { "triggers[0]": "update" });
  t.deepEqual(await diffOf(command, { create: "a", triggers: ["1", "2"] }), { "triggers[1]": "add" });
  t.deepEqual(await diffOf({ create: "a" }, command), { triggers: "add-replace" });
  t.deepEqual(await diffOf(command, { create: "a", triggers: UNKNOWN }), { triggers: "update-replace" });
  t.deepEqual(await diffOf({ create: "a", stdin: "x" }, { create: "b", environment: { A: "1" } }), {
    create: "update",
    stdin: "delete",
    environment: "add",
  });
});

test("what Command doesn't have is refused", async (t) => {
  const provider = new CommandProvider();
  const failuresOf = async (newInputs: PropertyMap) =>
    (await provider.check({ urn, type, newInputs })).failures.map(({ property }) => property);
  t.deepEqual(await failuresOf({ create: "a", stdin: UNKNOWN, triggers: [UNKNOWN, 1] }), []);
  t.deepEqual(await failuresOf({ create: 5, wrong: "x", environment: { A: 1 }, interpreter: "sh", logging: "all" }), [
    "create",
    "wrong",
    "environment",
    "interpreter",
    "logging",
  ]);
  await t.throwsAsync(provider.check({ urn, type: "command:remote:Command", newInputs: {} }), {
    message: /not simulated/,
  });
  await t.throwsAsync(provider.invoke("command:local:run"), { message: /not simulated/ });
});
