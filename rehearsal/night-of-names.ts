import type { StackResult } from "../simulator/engine/stack";
import { Night, nameIn } from "./night";
import { errorsOf } from "./production";
import { countOf } from "./text";

/** Copies take the production names. */
export class NightOfNames extends Night {
  /** The clouds rename and restore for tens of minutes. */
  protected readonly pace = 400;
  /** Names are closed, and some tables are not restored yet. */
  protected readonly killed = {
    at: /RestoreTableFromBackup/,
    number: 3,
    whilst: "the tables were being restored under their names",
  };

  /** What is in the way is known before anything is stopped. */
  protected async obstacle(sentence: string): Promise<void> {
    this.terminal.section(`pulumi config set --path restore.switchOver.confirm "${sentence}"; pulumi preview`);
    this.configure({ switchOver: { confirm: sentence } });
    const refused = await this.terminal.during("pulumi preview", this.production.opened.stack.preview());
    const errors = errorsOf(refused);
    this.terminal.note(errors.join("\n"));
    this.production.check(
      "it is refused: a restored table's stream is another one, whose readers have to be stopped",
      !refused.succeeded && errors.some((error) => error.includes("newStreams")),
    );
    this.terminal.note(
      "the readers of the stream are stopped: pulumi config set --path restore.switchOver.newStreams true",
    );
    this.configure({ switchOver: { confirm: sentence, newStreams: true } });
    const accepted = await this.production.run("preview");
    this.production.check("now a preview accepts it", accepted.succeeded, countOf(accepted.operations));
  }

  protected checkMiddle(): void {
    const missing = this.production.set.missing().map(nameIn);
    this.production.check(
      "no pod runs, and production names have no database",
      this.pods() === 0 && missing.length > 0,
      missing.join(", "),
    );
  }

  /** What was replaced is kept, and how it is removed is listed. */
  protected async list({ outputs }: StackResult): Promise<void> {
    this.terminal.section("pulumi stack output nextSteps");
    const steps = ((outputs.nextSteps ?? []) as string[]).join("\n");
    this.terminal.note(steps);
    const kept = this.production.set.leftovers().map(nameIn);
    const unlisted = kept.filter((name) => !steps.includes(name));
    this.production.check(
      "what was replaced is kept, and listed with the commands that remove it",
      kept.some((name) => name.includes("-replaced-")) && unlisted.length === 0,
      unlisted.length === 0 ? kept.join(", ") : `not listed: ${unlisted.join(", ")}`,
    );
  }
}
