import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test from "ava";
import { readProject, stackConfig } from "../../../../simulator/engine/project";
import { findPulumi } from "../../../../simulator/engine/pulumi-cli";
import { secret } from "../../../../simulator/engine/stack";

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "engine-"));
  try {
    await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const runtime = "runtime: { name: nodejs, options: { typescript: false, nodeargs: --import tsx --no-warnings } }";

test("Pulumi.yaml says what to run, and with which defaults", async (t) => {
  await inFolder(async (folder) => {
    const yaml = ["name: mine", runtime, "main: src/index.ts", "config:"];
    const declarations = [
      "  size: { type: integer, default: 3 }",
      "  other:region: { value: tokyo }",
      "  plain: text",
      "  token: { type: string, secret: true, default: t }",
    ];
    await writeFile(join(folder, "Pulumi.yaml"), [...yaml, ...declarations].join("\n"));
    const project = readProject(folder);
    t.like(project, { name: "mine", main: join(folder, "src/index.ts") });
    t.deepEqual(project.nodeArguments, ["--import", "tsx", "--no-warnings"]);
    t.false(project.typescript);
    const config = {
      "mine:size": 5,
      "mine:list": [1],
      "mine:on": false,
      "mine:key": secret("k"),
      "mine:gone": undefined,
    };
    t.deepEqual(stackConfig(project, config), {
      values: {
        "mine:size": "5",
        "mine:list": "[1]",
        "mine:on": "false",
        "mine:key": "k",
        "other:region": "tokyo",
        "mine:plain": "text",
        "mine:token": "t",
      },
      secretKeys: ["mine:key", "mine:token"],
    });
    t.throws(() => stackConfig(project, { size: 5 }), { message: /"size" has no namespace; write "mine:size"/ });
  });
});

test("as by default in Pulumi, the runner compiles the program where Pulumi.yaml says nothing else", async (t) => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "Pulumi.yaml"), "name: mine\nruntime: nodejs");
    t.like(readProject(folder), { main: join(folder, "index.ts"), nodeArguments: [], typescript: true });
  });
});

test("what the embedded engine cannot run is refused with the reason", async (t) => {
  await inFolder(async (folder) => {
    const write = (...lines: string[]) => writeFile(join(folder, "Pulumi.yaml"), lines.join("\n"));
    await write("name: mine", "runtime: python");
    t.throws(() => readProject(folder), { message: /runs nodejs only, not "python"/ });
    await write("name: mine", runtime, "config: { needed: { type: string } }");
    t.throws(() => stackConfig(readProject(folder), {}), {
      message: /missing required configuration value "mine:needed"/,
    });
  });
});

test("the Pulumi CLI is found on the PATH, and never npm's wrapper that downloads one", async (t) => {
  await inFolder(async (folder) => {
    const place = async (...path: string[]) => {
      await mkdir(join(folder, ...path), { recursive: true });
      await writeFile(join(folder, ...path, "pulumi"), "#!/bin/sh\n");
      await chmod(join(folder, ...path, "pulumi"), 0o755);
      return join(folder, ...path);
    };
    const wrapper = await place("node_modules", ".bin");
    const environment = (...path: string[]) => ({ PATH: path.join(delimiter), PULUMI_HOME: join(folder, "home") });
    t.is(findPulumi(environment(wrapper)), undefined);
    const real = await place("bin");
    t.is(findPulumi(environment(wrapper, real)), join(real, "pulumi"));
    const { version } = require("pulumi/package.json");
    const downloaded = await place("home", "versions", version, "bin");
    t.is(findPulumi(environment(wrapper)), join(downloaded, "pulumi"));
  });
});
