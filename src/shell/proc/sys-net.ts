/** /proc/sys/net/...: every sysctl is a file with the same text. */
import { sysctlNames, sysctlPath, sysctlText, sysctlWrite } from '../sysctl-values.ts';
import type { Ctx } from '../types.ts';
import type { VirtualFile } from './files.ts';

export function sysctlFiles(ctx: Ctx): VirtualFile[] {
  return sysctlNames(ctx).map((name) => ({
    path: sysctlPath(name),
    read: () => `${sysctlText(ctx, name)}\n`,
    write: (text) => sysctlWrite(ctx, name, text),
  }));
}
