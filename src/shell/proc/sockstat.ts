/**
 * /proc/net/sockstat: incomplete datagrams and the memory their fragments are charged. Source: net/ipv4/proc.c sockstat_seq_show, v6.12.
 * Left out: the lines about sockets, rather than zeros that mean nothing.
 */
import { fragMemory } from '../../engine/net/ip-frag.ts';
import type { Ctx } from '../types.ts';

export function sockstatText(ctx: Ctx): string {
  return `FRAG: inuse ${ctx.state.frags.length} memory ${fragMemory(ctx.state)}\n`;
}
