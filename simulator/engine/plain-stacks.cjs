/*
 * Loaded before the program. Node 20.20 cannot colour a stack trace that names a file right below `node_modules/@scope`,
 * as the SDK's source maps make it do: it goes round in a circle until its memory is full, a minute or more. The SDK
 * asks for colours when it reports an unhandled error, so they are left out.
 */
const util = require("node:util");

const { inspect } = util;
util.inspect = Object.assign(
  (value, options, ...rest) =>
    typeof options === "object" && options !== null
      ? inspect(value, { ...options, colors: false })
      : inspect(value, options, ...rest),
  inspect,
);
