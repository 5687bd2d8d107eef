import test from "ava";
import { table } from "../../../restore-points/text-table";

test("columns are as wide as their longest cells, two spaces apart; the last cell of a row widens nothing", (t) => {
  t.deepEqual(
    table([
      ["DATABASE", "FROM", "TO"],
      ["a", "2026", "2027"],
      ["customers", "not known: it has not been created yet"],
    ]),
    ["DATABASE   FROM  TO", "a          2026  2027", "customers  not known: it has not been created yet"],
  );
  t.deepEqual(
    table([
      ["long", "x"],
      ["a", "y"],
    ]),
    ["long  x", "a     y"],
    "a later cell may be shorter",
  );
  t.deepEqual(
    table([
      ["", "x"],
      ["", ""],
    ]),
    ["  x", ""],
    "an empty column has no width",
  );
  t.deepEqual(table([]), []);
});
