/** Texts of the built-in scenario two-interfaces-one-flooded. */
export const twoInterfacesOneFlooded: Readonly<Record<string, string>> = {
  'scenario.two-interfaces-one-flooded.title': 'Two interfaces, one flooded',
  'scenario.two-interfaces-one-flooded.summary':
    'Somebody floods one network card of a router. What becomes of the traffic on the other one, with an interrupt for every packet and with NAPI.',
  'scenario.two-interfaces-one-flooded.variant.quiet': 'No flood',
  'scenario.two-interfaces-one-flooded.variant.napi': 'The same flood, with NAPI (2.4.20)',
  'scenario.two-interfaces-one-flooded.sweep.offered-forwarded': 'Flood offered against packets forwarded',
  'scenario.two-interfaces-one-flooded.sweep.offered-forwarded.base': 'without NAPI (2.4.18)',
  'scenario.two-interfaces-one-flooded.sweep.offered-forwarded.napi': 'with NAPI (2.4.20)',
  'scenario.two-interfaces-one-flooded.step-1.title': 'Without a flood',
  'scenario.two-interfaces-one-flooded.step-1.text':
    '2 000 packets a second come in on eth0 and go out on eth1; as many from eth2 to eth3. Everything passes.',
  'scenario.two-interfaces-one-flooded.step-2.title': 'The flood',
  'scenario.two-interfaces-one-flooded.step-2.text':
    '70 000 packets a second on eth2. Its interrupts take all of the CPU’s time, and all packets share one backlog.',
  'scenario.two-interfaces-one-flooded.step-3.title': 'The innocent suffer',
  'scenario.two-interfaces-one-flooded.step-3.text':
    'eth0 has its 2 000 packets a second as before, but hardly any leaves on eth1: they are dropped at the backlog together with the flood. The curve shows where it begins: at 22 000 a second eth0 still gets all its packets through, at 58 000 none.',
  'scenario.two-interfaces-one-flooded.step-4.title': 'With NAPI',
  'scenario.two-interfaces-one-flooded.step-4.text':
    'Each card waits on the poll list for its turn, 64 packets at most. The flood gets its turn like everybody, and no more.',
  'scenario.two-interfaces-one-flooded.step-5.title': 'Fair',
  'scenario.two-interfaces-one-flooded.step-5.text':
    'All of eth0’s packets are forwarded, whatever comes in on eth2: the curve with NAPI is level.',
};
