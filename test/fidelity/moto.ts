import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";

const STARTS_WITHIN_MILLIS = 30_000;

/** A moto server on loopback: an AWS for the real provider to plan against. */
export async function startMoto(): Promise<{ url: string; stop(): void }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Without it moto knows none of AWS's own policies.
  const env = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore", env });
  const stop = () => {
    server.kill();
  };
  try {
    await answering(server, url);
  } catch (error) {
    stop();
    throw error;
  }
  return { url, stop };
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MILLIS;
  while (Date.now() < until && server.exitCode === null) {
    try {
      await fetch(`${url}/moto-api/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error(`moto_server didn't answer at ${url}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
