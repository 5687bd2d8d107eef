// The SDK formats a stack trace for each promise, which it prints only with PULUMI_DEBUG_PROMISE_LEAKS. That takes a fifth
// of the time in which a program with many resources runs: without that variable no trace is formatted here.
const modules = /[\\/]debuggable$/;

const patched = new WeakSet();

function load(open) {
  const debuggable = open();
  if (patched.has(debuggable) || !isKnown(debuggable)) return debuggable;
  patched.add(debuggable);
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = function untraced(promise, context) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  return debuggable;
}

/** Whether this is the function that formats a trace for nothing else than that variable. */
function isKnown({ debugPromiseLeaks, debuggablePromise }) {
  return (
    debugPromiseLeaks === false &&
    typeof debuggablePromise === "function" &&
    debuggablePromise.length === 2 &&
    String(debuggablePromise).includes('"_debugStackTrace"')
  );
}

module.exports = { modules, load };
