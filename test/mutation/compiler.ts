import { resolve } from "node:path";
import ts from "typescript";
import { type Mutant, mutated } from "./mutants";

/** Finds the mutants that `npm run check:types` would refuse: such as one without a guard that only types need. */
export class Compiler {
  private program: ts.Program | undefined;
  private readonly options: ts.CompilerOptions;

  constructor() {
    const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
    this.options = { ...ts.parseJsonConfigFileContent(config, ts.sys, ".").options, noEmit: true };
  }

  refuses(file: string, mutant: Mutant): boolean {
    const path = resolve(file);
    const host = ts.createCompilerHost(this.options);
    const { getSourceFile } = host;
    host.getSourceFile = (name, languageVersion, ...more) => {
      if (resolve(name) === path)
        return ts.createSourceFile(name, mutated(ts.sys.readFile(path) ?? "", mutant), languageVersion, true);
      return this.program?.getSourceFile(name) ?? getSourceFile(name, languageVersion, ...more);
    };
    this.program = ts.createProgram([path], this.options, host, this.program);
    const source = this.program.getSourceFile(path);
    return this.program.getSemanticDiagnostics(source).length > 0;
  }
}
