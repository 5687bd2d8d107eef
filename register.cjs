// Commands in the state of existing stacks run `node ./register.cjs`, their deletion too: this file stays where it is.
const { run } = require("./register/index.cjs");

if (require.main === module) run();
