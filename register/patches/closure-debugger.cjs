// The SDK attaches V8's debugger to every program, for closures (dynamic providers, Lambda callbacks) alone. With it, promises take
// more time, and on Node.js 20 a look-up that fails can take all memory: V8 follows whatever waits for it. It is attached here when
// the SDK looks into the first closure.
const modules = /[\\/]v8Hooks$/;

const patched = new WeakSet();

function load(open) {
  const hooks = open();
  if (patched.has(hooks) || !isKnown(hooks)) return hooks;
  patched.add(hooks);
  const { getSessionAsync } = hooks;
  let session;
  hooks.isInitializedAsync = async () => {};
  hooks.getSessionAsync = () => (session ??= attached(getSessionAsync));
  return hooks;
}

/** The SDK's session. It listens for scripts after it has attached: those that were loaded before are reported when it attaches again. */
async function attached(getSessionAsync) {
  const session = await getSessionAsync();
  for (const method of ["Debugger.disable", "Debugger.enable"])
    await new Promise((resolve, reject) => session.post(method, (error) => (error ? reject(error) : resolve())));
  return session;
}

/** Whether these are the functions that open one session, and nothing else. */
function isKnown({ isInitializedAsync, getSessionAsync }) {
  const body = (of) => (typeof of === "function" ? String(of).replace(/\s/g, "") : "");
  return (
    body(isInitializedAsync) === "asyncfunctionisInitializedAsync(){awaitgetSession();}" &&
    body(getSessionAsync) === "asyncfunctiongetSessionAsync(){returngetSession();}"
  );
}

module.exports = { modules, load };
