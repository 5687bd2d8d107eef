import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A configuration's head: the AWS provider with credentials that no cloud knows, which it does not check. */
export function awsProvider(
  settings: { endpoints?: Record<string, string>[]; max_retries?: number; skip_requesting_account_id?: boolean } = {},
): object {
  return {
    terraform: { required_providers: { aws: { source: "hashicorp/aws" } } },
    provider: {
      aws: {
        region: "ap-northeast-1",
        access_key: "test",
        secret_key: "test",
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        ...settings,
      },
    },
  };
}

/** A folder with one configuration, in which Terraform runs with the AWS provider of a mirror and no network but what it names. */
export class TerraformFolder {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens a folder, and removes it when the work is done. */
  static async with<Result>(work: (folder: TerraformFolder) => Promise<Result>): Promise<Result> {
    const path = await mkdtemp(join(tmpdir(), "scalar-backup-fidelity-"));
    try {
      return await work(new TerraformFolder(path));
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  }

  write(configuration: object): Promise<void> {
    return writeFile(join(this.#path, "main.tf.json"), JSON.stringify(configuration));
  }

  init(plugins: string): Promise<string> {
    return this.run("init", "-no-color", `-plugin-dir=${plugins}`);
  }

  /** @throws with what Terraform wrote when it fails. */
  async run(...args: string[]): Promise<string> {
    const { stdout, problem } = await this.attempt(...args);
    if (problem !== undefined) throw new Error(`terraform ${args[0]}: ${problem}`);
    return stdout;
  }

  /** Runs Terraform, and returns what it and its providers log: JSON, a line for each entry, also if it fails. */
  async logged(...args: string[]): Promise<{ log: string; problem?: string }> {
    const path = join(this.#path, "log.jsonl");
    await rm(path, { force: true });
    const { problem } = await this.#attempt(args, { TF_LOG: "json", TF_LOG_PATH: path });
    return { log: await readFile(path, "utf8"), problem };
  }

  /** What Terraform printed, and what it complained of. */
  async attempt(...args: string[]): Promise<{ stdout: string; problem?: string }> {
    return this.#attempt(args, {});
  }

  async #attempt(args: string[], more: Record<string, string>): Promise<{ stdout: string; problem?: string }> {
    const { TF_CLI_CONFIG_FILE: _, ...inherited } = process.env;
    const env = {
      ...inherited,
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
      AWS_EC2_METADATA_DISABLED: "true",
      ...more,
    };
    try {
      return { stdout: (await run("terraform", args, { cwd: this.#path, env, maxBuffer: 2 ** 28 })).stdout };
    } catch (error) {
      const { stdout = "", stderr } = error as { stdout?: string; stderr?: string };
      return { stdout, problem: stderr || String(error) };
    }
  }
}
