/** The lines of an `rps`, `backlog`, `flow-limit` or `softirq-budget` case's `case_setup`, by their grammar. */
import { type Change, SYSCTLS, type SysctlName } from '../engine/change.ts';
import { CaseError } from './case.ts';

/** sysctls whose value is a mask in hexadecimal. */
const MASKS: ReadonlySet<string> = new Set(['net.core.flow_limit_cpu_bitmap']);

/** @param queues world indexes of the receiving queues. @throws CaseError for a line the grammar does not have. */
export function parseSoftnetSetup(line: string, path: string, cpus: number, queues: number[]): Change[] {
  const sysctl = /^sysctl (?:-w )?(net\.core\.\w+)=([0-9a-fA-F]+)$/.exec(line);
  if (sysctl !== null && sysctl[1] in SYSCTLS) {
    const name = sysctl[1] as SysctlName;
    const value = Number.parseInt(sysctl[2], MASKS.has(name) ? 16 : 10);
    const { least, most } = SYSCTLS[name];
    if (value < least || value > most) throw new CaseError(path, `${name} may be ${least} to ${most}`);
    return [{ type: 'sysctl', name, values: [value] }];
  }
  const rps = /^rps_cpus=([0-9a-fA-F]{1,8}) rps_flow_cnt=(\d{1,9}) on vb rx-0$/.exec(line);
  if (rps !== null) {
    const mask = Number.parseInt(rps[1], 16);
    const list = Array.from({ length: cpus }, (_, i) => i).filter((i) => ((mask >>> i) & 1) === 1);
    return queues.flatMap((queue): Change[] => [
      { type: 'rps-cpus', queue, cpus: list },
      { type: 'rps-flow-cnt', queue, entries: Number(rps[2]) },
    ]);
  }
  throw new CaseError(path, `not a set-up line that is known here: ${line}`);
}
