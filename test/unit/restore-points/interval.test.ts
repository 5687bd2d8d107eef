import test from "ava";
import fc from "fast-check";
import { type Interval, intersection, intersections, union } from "../../../restore-points/interval";
import { intervals } from "./arbitraries";

const isWithin = (outer: readonly Interval[]) => (inner: Interval) =>
  outer.some(({ start, end }) => start <= inner.start && inner.end <= end);

test("the intersection of lists is in each of them, and contains everything that is in both", (t) => {
  fc.assert(
    fc.property(intervals, intervals, (a, b) => {
      const shared = intersections(a, b);
      t.true(shared.every(isWithin(a)) && shared.every(isWithin(b)));
      for (let unit = 0; unit < 60; unit++) {
        const piece = { start: unit, end: unit + 1 };
        t.is(isWithin(shared)(piece), isWithin(a)(piece) && isWithin(b)(piece));
      }
    }),
  );
});

test("the order in which lists are intersected does not matter", (t) => {
  fc.assert(
    fc.property(intervals, intervals, intervals, (a, b, c) => {
      t.deepEqual(intersections(a, b), intersections(b, a));
      t.deepEqual(intersections(intersections(a, b), c), intersections(a, intersections(b, c)));
      t.deepEqual(intersections(a, a), a);
    }),
  );
});

test("a union covers the same time, in order", (t) => {
  fc.assert(
    fc.property(intervals, intervals, (a, b) => {
      const joined = union([...b, ...a]);
      for (let unit = 0; unit < 60; unit++) {
        const piece = { start: unit, end: unit + 1 };
        t.is(isWithin(joined)(piece), isWithin(a)(piece) || isWithin(b)(piece));
      }
      t.true(joined.every(({ end }, index) => index + 1 === joined.length || end <= (joined[index + 1]?.start ?? 0)));
    }),
  );
});

test("intervals that only touch stay separate", (t) => {
  const apart = [
    { start: 0, end: 5 },
    { start: 5, end: 9 },
  ];
  t.deepEqual(union(apart), apart);
});

test("intervals that only touch have nothing in common", (t) => {
  t.is(intersection({ start: 0, end: 1 }, { start: 1, end: 2 }), undefined);
  t.deepEqual(intersections([{ start: 0, end: 1 }], [{ start: 1, end: 2 }]), []);
  t.deepEqual(intersection({ start: 0, end: 2 }, { start: 1, end: 3 }), { start: 1, end: 2 });
});
