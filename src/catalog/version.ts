/**
 * Kernel versions as numbers that compare: "6.12" < "6.18", "2.4.9" < "2.4.20".
 * Shape: up to three decimal parts. Errors: RangeError for anything else.
 */
export type KernelVersion = string;

const PATTERN = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?$/;

/** The version as one integer, major * 10^6 + minor * 10^3 + patch. */
export function versionNumber(version: KernelVersion): number {
  const match = PATTERN.exec(version);
  if (match === null) throw new RangeError(`not a kernel version: ${version} (try 6.12)`);
  return Number(match[1]) * 1_000_000 + Number(match[2]) * 1_000 + Number(match[3] ?? 0);
}

export const isKernelVersion = (version: string): boolean => PATTERN.test(version);

/** True where `since` <= version < `until`; a missing bound is open. */
export function versionIn(
  version: KernelVersion,
  since: KernelVersion | null,
  until: KernelVersion | null,
): boolean {
  const v = versionNumber(version);
  return (since === null || v >= versionNumber(since)) && (until === null || v < versionNumber(until));
}
