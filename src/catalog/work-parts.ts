/**
 * What a CPU's cycles go to, by part of the kernel: one list for engine, report, metrics and page; the index is what a CPU counts by.
 * Divided as the host stack measurements of 2021 divide a profile (data copy, TCP/IP, netdevice subsystem, skb management, memory,
 * scheduling, locks); what they sum up as the rest is told apart here.
 */
export const WORK_PARTS = [
  // between user space and the kernel, and where a driver wants one piece
  'copy',
  'tcpip',
  // drivers, NAPI, GRO, steering, queueing disciplines
  'netdev',
  // skbs made, cut and freed
  'skb',
  // pages
  'memory',
  'sched',
  'lock',
  // interrupts of cards and of other CPUs, softirqs entered and left
  'irq',
  // system calls but for their copying
  'calls',
  'checksum',
  'crypto',
  // rules, and packets handed to a program
  'firewall',
  // before NAPI: from the queue of the softirq up to the wire, not told apart
  'oldStack',
] as const;

export type WorkPart = (typeof WORK_PARTS)[number];

export const Part = Object.freeze(Object.fromEntries(WORK_PARTS.map((name, i) => [name, i]))) as Readonly<
  Record<WorkPart, number>
>;
