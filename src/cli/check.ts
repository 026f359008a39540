/** `softnet-lab check`: scenarios read, compiled in every variant, their claims run. */
import { checkClaims } from '../scenario/claims.ts';
import { compileScenario } from '../scenario/compile.ts';
import { errorLine } from '../scenario/load.ts';
import { variantNames } from '../scenario/variants.ts';
import { readScenario, scenarioFiles } from './input.ts';
import { EXIT_FAILED, EXIT_INPUT, EXIT_OK, InputProblem, type Io } from './io.ts';

/** Prints a line a variant and a claim; closes with `N passed, N failed`. */
export function checkCommand(args: string[], io: Io): number {
  if (args.length === 0 || args.some((a) => a.startsWith('-'))) {
    io.err('usage: softnet-lab check FILE|FOLDER...');
    return EXIT_INPUT;
  }
  let passed = 0;
  let failed = 0;
  let bad = false;
  const tell = (ok: boolean, text: string): void => {
    if (ok) passed += 1;
    else failed += 1;
    io.out(`${ok ? 'ok  ' : 'FAIL'} ${text}`);
  };
  for (const file of files(args, io)) {
    if (file === null) return EXIT_INPUT;
    try {
      const { scenario } = readScenario(file);
      for (const variant of variantNames(scenario)) {
        const compiled = compileScenario(scenario, { variant });
        tell(
          compiled.ok,
          `${scenario.id} ${variant}${compiled.ok ? '' : `: ${compiled.errors.map(errorLine).join('; ')}`}`,
        );
        bad ||= !compiled.ok;
      }
      for (const claim of checkClaims(scenario))
        tell(claim.pass, `${scenario.id} ${claim.id}: ${claim.text}`);
    } catch (error) {
      if (!(error instanceof InputProblem)) throw error;
      tell(false, error.message);
      bad = true;
    }
  }
  io.out(`${passed} passed, ${failed} failed`);
  return bad ? EXIT_INPUT : failed > 0 ? EXIT_FAILED : EXIT_OK;
}

function files(args: string[], io: Io): (string | null)[] {
  try {
    return args.flatMap(scenarioFiles);
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error;
    io.err(error.message);
    return [null];
  }
}
