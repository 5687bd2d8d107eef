import test from "ava";
import fc from "fast-check";
import { nearestWord } from "../../../../restore-points/rules/nearest-word";

/** Levenshtein's distance by its definition. */
function distance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return distance(restA, restB);
  return 1 + Math.min(distance(restA, b), distance(a, restB), distance(restA, restB));
}

test("the word with the fewest wrong, missing and added letters was meant: up to a third of them, or two", (t) => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "C"), maxLength: 7 });
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 5 }), (given, words) => {
      const most = Math.max(2, Math.floor(given.length / 3));
      const of = words.map((each) => distance(given.toLowerCase(), each.toLowerCase()));
      const least = Math.min(...of);
      t.is(nearestWord(given, words), least <= most ? words[of.indexOf(least)] : undefined);
    }),
  );
});

test("long words may have more mistakes", (t) => {
  t.is(nearestWord("ap-nrthest1", ["ap-northeast-1"]), "ap-northeast-1");
  t.is(nearestWord("ap-nrthst1", ["ap-northeast-1"]), undefined);
  t.is(nearestWord("AP-NORTHEAST-1", ["eu-west-1", "ap-northeast-1"]), "ap-northeast-1");
});
