/** Words that this project does not use, and what to write in their place. */
interface OldWord {
  /** As it appears in a text. */
  text: RegExp;
  /** As it appears in a name, such as `copiesStand`. */
  inNames?: RegExp;
  instead: string;
  /** Where the word is right, as `path: line`. */
  allowed?: RegExp;
}

const OLD_WORDS: OldWord[] = [
  { text: /\bmend(s|ed|ing)?\b/i, inNames: /(?<=[a-z])Mends?(?![a-z])/, instead: "fix" },
  {
    text: /\bfault(s|y)?\b/i,
    instead: "error, problem",
    // AWS names errors and XML elements so, and tests inject faults.
    allowed:
      /^(test\/[^:]+:|bench\/[^:]+:|[^:]+: .*(<\/?Fault>|\bFault\b|inject\w* fault|random faults|faults\.property))/,
  },
  {
    text: /\b(stand|stands|stood|standing)\b/i,
    inNames: /(?<=[a-z])(Stands?|Standing|Stood)(?![a-z])|\bstanding[A-Z]/,
    instead: "exists, remains, existing",
    allowed: /stands? for|stand-in/,
  },
  { text: /\b(told|telling|tells?)\b/i, inNames: /(?<=[a-z])(Told|Tells?)(?![a-z])/, instead: "reports, says, shows" },
  // The output `vaults` has a key of that name.
  { text: /\bamiss\b/i, instead: "wrong", allowed: /`amiss`|\bamiss[?:,]|\.amiss\b|\{ amiss|, amiss \}|"amiss":/ },
  { text: /\b(falls?|fell|falling) short\b/i, instead: "does not meet" },
  { text: /\b(as yet|by now)\b/i, instead: "yet, now" },
  { text: /\bmeanwhile\b/i, instead: "in the meantime" },
  { text: /\b(comes?|came|coming) by (its |their |the )?(credentials|backups)\b/i, instead: "gets" },
  { text: /\b(made|makes?) to (go|stay)\b/i, instead: "temporary, permanent" },
  { text: /\b(not|half) whole\b/i, instead: "incomplete" },
  { text: /\bin words\b/i, instead: "as text" },
  { text: /\bbeside\b/i, inNames: /(?<=[a-z])Beside(?![a-z])/, instead: "next to, in addition to" },
  { text: /\b(nobody|whoever|whichever)\b/i, instead: "a sentence whose subject is known" },
  { text: /\bnone of its own\b/i, instead: "no ... of its own" },
  { text: /\bforbids? (to|it)\b/i, instead: "does not allow" },
  { text: /\b(is|are) sound\b|\bsound (configuration|part|value)s?\b/i, inNames: /\bsound[A-Z]/, instead: "valid" },
  { text: /\bstrangers?\b/i, inNames: /(?<=[a-z])Strangers?(?![a-z])/, instead: "unknown, foreign" },
];

export interface Found {
  line: number;
  word: string;
  instead: string;
}

/** The old words in a file, with their lines. */
export function oldWords(path: string, content: string): Found[] {
  return content.split("\n").flatMap((text, index) =>
    OLD_WORDS.flatMap((old) => {
      const found = old.text.exec(text) ?? old.inNames?.exec(text);
      if (!found || old.allowed?.test(`${path}: ${text}`)) return [];
      return [{ line: index + 1, word: found[0], instead: old.instead }];
    }),
  );
}
