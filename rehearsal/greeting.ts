// Loaded before everything else of a rehearsal, which takes seconds to load: long on a busy machine.
if (!process.argv.some((argument) => argument === "--help" || argument === "-h"))
  process.stdout.write("loading the program and the simulated clouds\n");
