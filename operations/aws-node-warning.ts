/** By this, the AWS SDK says nothing of Node.js's version. Users set it to hear nothing, either. */
const SDK_IS_QUIET = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";
/** What versions of the AWS SDK from January 2027 on need (https://a.co/c895JFp). */
const NODE_MAJOR = 22;

/** Says in one line, and once, what the SDK says in nine: that its coming versions need a newer Node.js. */
export function warnOfNodeOnce(): void {
  if (process.env[SDK_IS_QUIET] === "true") return;
  keepSdkQuiet();
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR)
    process.emitWarning(
      `from January 2027 on, the AWS SDK needs Node.js ${NODE_MAJOR} or later; this is ${process.version}`,
      "NodeVersionWarning",
    );
}

/** For operations of an `up`: its program has said it. */
export function keepSdkQuiet(): void {
  process.env[SDK_IS_QUIET] = "true";
}
