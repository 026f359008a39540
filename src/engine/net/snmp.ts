/** Protocol counters under the kernel's names (/proc/net/snmp, /proc/net/netstat). */
import type { Cpu, World } from "../world.ts";

export function count(w: World, cpu: Cpu, name: string, by = 1): void {
	const snmp = w.hosts[cpu.host].snmp;
	snmp[name] = (snmp[name] ?? 0) + by;
}
