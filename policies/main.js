// The engine starts policy packs without the runtime's `nodeargs`, and with a compiler that checks types: this goes ahead of it.
require("../register/index.cjs");
require("./pack.ts");
