import { secret } from "../../../../simulator/engine/stack";
import { type PropertyMap, UNKNOWN } from "../../../../simulator/providers/provider";
import type { Declaration } from "./program/declaration";
import type { Scenario } from "./scenario";

const group: Declaration = { name: "group", kind: "component" };

const life: Scenario = {
  title: "a stack's life: create, nothing to do, update, replace, drift, destroy",
  acts: [
    {
      run: "preview",
      resources: [
        { name: "a", inputs: { name: "a", size: 1 } },
        { name: "b", inputs: { name: "b", zone: { from: "a.address" } } },
        { name: "found", id: { from: "a.id" } },
      ],
      outputs: { known: { from: "a.size" }, unknown: { from: "a.address" }, read: { from: "found.address" } },
      expected: {
        operations: { a: "create", b: "create", found: "read" },
        outputs: { known: 1, unknown: UNKNOWN, read: UNKNOWN },
        calls: [],
      },
    },
    {
      run: "up",
      resources: [
        group,
        {
          name: "a",
          inputs: { name: "a", size: 1, password: { secretConfig: "password" }, takesMillis: 1000 },
          options: { parent: "group" },
        },
        { name: "b", inputs: { zone: { from: "a.address" }, tags: { x: 1, y: 1 }, takesMillis: 500 } },
        { name: "c", inputs: { name: "c", list: [{ from: "a.password" }], takesMillis: 100 } },
        { name: "d", inputs: { name: "d" }, options: { dependsOn: ["b"], additionalSecretOutputs: ["address"] } },
        { name: "found", id: { from: "a.id" }, options: { additionalSecretOutputs: ["password"] } },
      ],
      outputs: {
        address: { from: "a.address" },
        password: { from: "a.password" },
        list: { from: "c.list" },
        hidden: { from: "d.address" },
        read: { from: "found.generation" },
        partly: [{ open: { from: "a.address" }, hidden: { from: "a.password" } }],
        answer: { invoke: "fixture:index:answer" },
      },
      expected: {
        operations: { group: "create", a: "create", b: "create", c: "create", d: "create", found: "read" },
        outputs: {
          address: "a.example",
          password: secret("s3cret"),
          list: secret(["s3cret"]),
          hidden: secret("d.example"),
          read: 1,
          partly: [{ open: "a.example", hidden: secret("s3cret") }],
          answer: "forty-two",
        },
      },
    },
    {
      run: "preview",
      resources: [
        group,
        {
          name: "a",
          inputs: { name: "a", size: 1, password: { secretConfig: "password" }, takesMillis: 1000 },
          options: { parent: "group" },
        },
        { name: "b", inputs: { zone: { from: "a.address" }, tags: { x: 1, y: 1 }, takesMillis: 500 } },
        { name: "c", inputs: { name: "c", list: [{ from: "a.password" }], takesMillis: 100 } },
        { name: "d", inputs: { name: "d" }, options: { dependsOn: ["b"], additionalSecretOutputs: ["address"] } },
        { name: "found", id: { from: "a.id" }, options: { additionalSecretOutputs: ["password"] } },
      ],
      expected: { operations: { group: "same", a: "same", b: "same", c: "same", d: "same", found: "read" }, calls: [] },
    },
    {
      run: "preview",
      // b's zone is known to stay as it is, though a changes: a is updated in place. c is replaced, so e is not yet known.
      resources: [
        group,
        { name: "a", inputs: { name: "a", size: 2 }, options: { parent: "group" } },
        { name: "c", inputs: { name: "c2" } },
        { name: "e", inputs: { name: "e", zone: { from: "c.address" } } },
      ],
      outputs: { updated: { from: "a.generation" }, kept: { from: "a.address" }, replaced: { from: "c.address" } },
      expected: {
        operations: {
          group: "same",
          a: "update password,size,takesMillis",
          b: "delete",
          c: "replace list,name,takesMillis by name",
          d: "delete",
          e: "create",
        },
        outputs: { updated: UNKNOWN, kept: "a.example", replaced: UNKNOWN },
        calls: [],
      },
    },
    {
      run: "up",
      resources: [
        group,
        { name: "a", inputs: { name: "a", size: 2, takesMillis: 1000 }, options: { parent: "group" } },
        { name: "c", inputs: { name: "c2", takesMillis: 100 } },
        { name: "e", inputs: { name: "e", zone: { from: "c.address" } } },
      ],
      expected: {
        operations: {
          group: "same",
          a: "update password,size",
          b: "delete",
          c: "replace list,name by name",
          d: "delete",
          e: "create",
        },
      },
    },
    {
      run: "refresh",
      before: ({ things }) => {
        things.set("id-of-a", { name: "a", size: 7, takesMillis: 1000, address: "a.example", generation: 9 });
        things.delete("id-of-e");
      },
      expected: { operations: { a: "refresh size", c: "refresh", e: "delete" } },
    },
    {
      run: "up",
      resources: [
        group,
        { name: "a", inputs: { name: "a", size: 2, takesMillis: 1000 }, options: { parent: "group" } },
        { name: "c", inputs: { name: "c2", takesMillis: 100 } },
        { name: "e", inputs: { name: "e", zone: { from: "c.address" } } },
      ],
      expected: {
        operations: { group: "same", a: "update size", c: "same", e: "create" },
        calls: ["update a", "create e"],
      },
    },
    {
      run: "destroy",
      expected: {
        operations: { group: "delete", a: "delete", c: "delete", e: "delete" },
        outputs: {},
      },
    },
  ],
};

const options: Scenario = {
  title: "resource options",
  acts: [
    {
      run: "up",
      resources: [
        { name: "own", kind: "provider", inputs: { endpoint: "own" } },
        { name: "ignoring", inputs: { name: "ignoring", zone: "z1", tags: { x: "1", y: "1" }, list: ["1", "2"] } },
        { name: "ignoringAll", inputs: { name: "ignoringAll", size: 1 } },
        { name: "forced", inputs: { size: 1, tags: { x: "1" } } },
        { name: "retained", inputs: { name: "retained" }, options: { retainOnDelete: true } },
        { name: "before", inputs: { name: "before" } },
        { name: "outer", kind: "component" },
        { name: "outer-inner", inputs: { name: "outer-inner" }, options: { parent: "outer" } },
        { name: "host", inputs: { name: "host" } },
        { name: "guest", inputs: { name: "guest" }, options: { deletedWith: "host" } },
        { name: "served", inputs: { name: "served" }, options: { provider: "own" } },
        { name: "unique", type: "fixture:index:Unique", inputs: { name: "unique", size: 1 } },
        { name: "user", inputs: { name: "user", zone: { from: "unique.id" } } },
        { name: "follower", inputs: { name: "follower", size: { from: "unique.generation" } } },
        { name: "hasty", inputs: { name: "hasty", zone: "z1" }, options: { deleteBeforeReplace: true } },
        { name: "triggered", inputs: {}, options: { replacementTrigger: "1" } },
      ],
      expected: {
        operations: Object.fromEntries(
          [
            ...["own", "ignoring", "ignoringAll", "forced", "retained", "before", "outer", "outer-inner", "host"],
            ...["guest", "served", "unique", "user", "follower", "hasty", "triggered"],
          ].map((name) => [name, "create"]),
        ),
      },
    },
    {
      run: "up",
      resources: [
        { name: "own", kind: "provider", inputs: { endpoint: "other" } },
        {
          name: "ignoring",
          inputs: { name: "ignoring", zone: "z2", tags: { x: "2", y: "2" }, list: ["2", "2"] },
          options: { ignoreChanges: ["zone", "tags.x", "list[*]"] },
        },
        {
          name: "ignoringAll",
          inputs: { name: "other", size: 2, zone: "z1" },
          options: { ignoreChanges: ["*"] },
        },
        { name: "forced", inputs: { size: 1, tags: { x: "2" } }, options: { replaceOnChanges: ["tags"] } },
        { name: "after", inputs: { name: "before" }, options: { aliases: [{ name: "before" }] } },
        { name: "wrapper", kind: "component", options: { aliases: [{ name: "outer" }] } },
        { name: "wrapper-inner", inputs: { name: "outer-inner" }, options: { parent: "wrapper" } },
        { name: "served", inputs: { name: "served" }, options: { provider: "own" } },
        { name: "unique", type: "fixture:index:Unique", inputs: { name: "unique2", size: 1 } },
        { name: "user", inputs: { name: "user", zone: { from: "unique.id" } } },
        { name: "follower", inputs: { name: "follower", size: { from: "unique.generation" } } },
        { name: "hasty", inputs: { name: "hasty", zone: "z2" }, options: { deleteBeforeReplace: true } },
        { name: "triggered", inputs: {}, options: { replacementTrigger: "2" } },
      ],
      expected: {
        operations: {
          own: "update endpoint",
          ignoring: "update tags.y",
          ignoringAll: "same",
          forced: "replace tags.x by tags.x",
          retained: "delete",
          after: "same",
          wrapper: "same",
          "wrapper-inner": "same",
          host: "delete",
          guest: "delete",
          served: "same",
          unique: "replace name by name",
          user: "replace by zone",
          follower: "same",
          hasty: "replace zone by zone",
          triggered: "replace",
        },
      },
    },
  ],
};

const protection: Scenario = {
  title: "protected resources are neither replaced nor deleted, until they are no longer protected",
  acts: [
    {
      run: "up",
      resources: [
        { name: "treasure", inputs: { name: "treasure" }, options: { protect: true } },
        { name: "base", inputs: { name: "base" } },
        { name: "safe", inputs: { name: "safe", zone: { from: "base.address" } }, options: { protect: true } },
        { name: "other", inputs: { name: "other" } },
      ],
      expected: { operations: { treasure: "create", base: "create", safe: "create", other: "create" } },
    },
    {
      run: "up",
      resources: [{ name: "treasure", inputs: { name: "another" }, options: { protect: true } }],
      expected: { operations: {}, error: /unable to replace resource .*::treasure/, calls: [] },
    },
    {
      run: "up",
      expected: {
        operations: { other: "delete" },
        error: /resource .*::treasure" cannot be deleted/,
        calls: ["delete other"],
      },
    },
    {
      run: "up",
      resources: [{ name: "treasure", inputs: { name: "another" } }],
      expected: {
        operations: { treasure: "replace name by name" },
        error: /resource .*::safe" cannot be deleted/,
        calls: ["create treasure", "delete treasure"],
      },
    },
  ],
};

const failures: Scenario = {
  title: "failures: what is done stays, nothing else is begun or deleted, and the next run goes on",
  acts: [
    {
      run: "up",
      resources: [
        { name: "old", inputs: { name: "old" } },
        { name: "changing", inputs: { name: "changing", zone: "z1" } },
      ],
      outputs: { old: { from: "old.address" } },
      expected: { operations: { old: "create", changing: "create" } },
    },
    {
      run: "up",
      resources: [
        { name: "first", inputs: { name: "first" } },
        { name: "failing", inputs: { name: "failing", zone: { from: "first.address" }, fails: "create" } },
        { name: "needing", inputs: { name: "needing", zone: { from: "failing.address" } } },
      ],
      expected: {
        operations: { first: "create" },
        error: /cannot create failing/,
        calls: ["create first", "create failing"],
      },
    },
    {
      run: "up",
      resources: [
        { name: "first", inputs: { name: "first" } },
        { name: "wrong", inputs: { name: "wrong", size: -1, colour: "red", zone: { from: "first.address" } } },
      ],
      expected: { operations: { first: "same" }, error: /size.*must not be negative/, calls: [] },
    },
    {
      run: "up",
      resources: [
        { name: "first", inputs: { name: "first" } },
        { name: "missing", id: "no-such-id", options: { dependsOn: ["first"] } },
      ],
      expected: { operations: { first: "same" }, error: /resource 'no-such-id' does not exist/ },
    },
    {
      // The program itself fails half-way: what it had no time to say is not deleted.
      run: "up",
      resources: [
        { name: "second", inputs: { name: "second" } },
        { name: "never", inputs: {} },
      ],
      failAt: "never",
      expected: { operations: { second: "create" }, error: /failing at never/, calls: ["create second"] },
    },
    {
      run: "up",
      resources: [
        {
          name: "changing",
          inputs: { name: "changing", zone: "z2", fails: "create" },
          options: { deleteBeforeReplace: true },
        },
      ],
      expected: {
        operations: { changing: "delete" },
        error: /cannot create changing/,
        calls: ["delete changing", "create changing"],
      },
    },
    {
      run: "up",
      resources: [
        { name: "first", inputs: { name: "first", fails: "delete" } },
        { name: "changing", inputs: { name: "changing", zone: "z2" }, options: { deleteBeforeReplace: true } },
      ],
      expected: {
        operations: {
          first: "update fails",
          changing: "replace zone by zone",
          old: "delete",
          second: "delete",
        },
      },
    },
    { run: "up", expected: { operations: { changing: "delete" }, error: /cannot delete first/ } },
  ],
};

/** A thing that somebody has made already. */
const existing = (name: string, inputs: PropertyMap = {}) => ({
  name,
  size: 1,
  ...inputs,
  address: `${name}.example`,
  generation: 7,
});

const imports: Scenario = {
  title:
    "imports: taken over as it is, updated where it differs, ignored where the program says so, refused where it is missing",
  acts: [
    {
      run: "preview",
      before: (provider) => {
        for (const name of ["alike", "other", "ignored"]) provider.things.set(`id-of-${name}`, existing(name));
      },
      resources: [
        { name: "alike", inputs: { name: "alike", size: 1 }, options: { import: "id-of-alike" } },
        { name: "other", inputs: { name: "other", size: 2 }, options: { import: "id-of-other" } },
        {
          name: "ignored",
          inputs: { name: "ignored", size: 1, zone: "z1" },
          options: { import: "id-of-ignored", ignoreChanges: ["zone"] },
        },
      ],
      expected: { operations: { alike: "import", other: "import, update size", ignored: "import" }, calls: [] },
    },
    {
      run: "up",
      resources: [
        { name: "alike", inputs: { name: "alike", size: 1 }, options: { import: "id-of-alike" } },
        { name: "other", inputs: { name: "other", size: 2 }, options: { import: "id-of-other" } },
        {
          name: "ignored",
          inputs: { name: "ignored", size: 1, zone: "z1" },
          options: { import: "id-of-ignored", ignoreChanges: ["zone"] },
        },
        { name: "after", inputs: { name: "after", zone: { from: "other.generation" } } },
      ],
      outputs: { alike: { from: "alike.generation" }, other: { from: "other.generation" } },
      expected: {
        operations: { alike: "import", other: "import, update size", ignored: "import", after: "create" },
        outputs: { alike: 7, other: 8 },
        calls: ["update other", "create after"],
      },
    },
    {
      // The same ID asks for nothing; nor does a program that no longer imports.
      run: "preview",
      resources: [
        { name: "alike", inputs: { name: "alike", size: 1 }, options: { import: "id-of-alike" } },
        { name: "other", inputs: { name: "other", size: 2 } },
        { name: "ignored", inputs: { name: "ignored", size: 1, zone: "z1" }, options: { ignoreChanges: ["zone"] } },
        { name: "after", inputs: { name: "after", zone: { from: "other.generation" } } },
      ],
      expected: { operations: { alike: "same", other: "same", ignored: "same", after: "same" }, calls: [] },
    },
    {
      run: "up",
      resources: [{ name: "alike", inputs: { name: "alike", size: 1 }, options: { import: "no-such-id" } }],
      expected: { operations: {}, error: /resource 'no-such-id' does not exist/, calls: [] },
    },
    {
      // What would have to be replaced is not taken over.
      run: "up",
      before: (provider) => provider.things.set("id-of-moved", existing("moved", { zone: "z1" })),
      resources: [
        { name: "moved", inputs: { name: "moved", size: 1, zone: "z2" }, options: { import: "id-of-moved" } },
      ],
      expected: {
        operations: { moved: "import" },
        error: /previously-imported resources that still specify an ID may not be replaced/,
        calls: [],
      },
    },
    {
      // An update that fails leaves what was imported in the state, and the next run goes on from there.
      run: "up",
      before: (provider) => provider.things.set("id-of-failing", existing("failing")),
      resources: [
        {
          name: "failing",
          inputs: { name: "failing", size: 3, fails: "update" },
          options: { import: "id-of-failing" },
        },
      ],
      expected: { operations: { failing: "import" }, error: /cannot update failing/, calls: ["update failing"] },
    },
    {
      run: "destroy",
      expected: {
        operations: {
          after: "delete",
          alike: "delete",
          failing: "delete",
          ignored: "delete",
          moved: "delete",
          other: "delete",
        },
      },
    },
  ],
};

export const scenarios = [life, options, protection, failures, imports];
