import type { SceneMap } from '../../protocol/scene.ts';

/** `h1.eth0`. */
export function nicLabel(map: SceneMap, nic: number): string {
  const host = map.hosts.find(({ nics }) => nics.includes(nic));
  return `${host?.id ?? ''}.${map.nics[nic]?.name ?? ''}`;
}
