import test from "ava";
import { attemptsOf, REFUSALS, type Refusal, SDK_ATTEMPTS } from "./retries";
import { installed, pluginFolder } from "./terraform";

const LIMIT = "LimitExceededException";

/** Asked again until it passes, for as long as the creation of a table may take; or as often as the SDK asks of itself. */
const ROWS: [Refusal, "until it passes" | "as the SDK does"][] = [
  [
    {
      code: LIMIT,
      message: "Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously",
    },
    "until it passes",
  ],
  [{ code: "ThrottlingException", message: "Rate of requests exceeds the allowed throughput." }, "until it passes"],
  // The only text that is documented for restores: [botocore, dynamodb, LimitExceededException].
  [{ code: LIMIT, message: "Too many operations for a given subscriber." }, "as the SDK does"],
  [{ code: LIMIT, message: "Subscriber limit exceeded: 50 restores at a time" }, "as the SDK does"],
];

const plugins = installed("terraform") ? pluginFolder() : undefined;

if (!plugins) {
  test("the real AWS provider cannot be refused restores", (t) => {
    t.log("skipped: terraform or its AWS provider is not found");
    t.pass();
  });
} else {
  test("the real AWS provider asks again for a restore that DynamoDB refuses, by the refusal's code and text", async (t) => {
    const attempts = await attemptsOf(
      ROWS.map(([refusal]) => refusal),
      plugins,
    );
    t.deepEqual(
      ROWS.map(([{ code, message }], index) => [code, message, attempts[index]]),
      ROWS.map(([{ code, message }, asked]) => [
        code,
        message,
        asked === "as the SDK does" ? SDK_ATTEMPTS : REFUSALS + 1,
      ]),
    );
  });
}
