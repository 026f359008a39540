/**
 * `ethtool -n`, `-n IF rule N`, `-N IF flow-type ...`, `-N IF delete N`: rules that choose a queue before RSS does.
 * Source: ethtool 6.1 rxclass.c (print, parse, rmgr: a free location is looked for from the top), v6.12 drivers.
 * Left out: masks, VLAN and TOS fields, RSS contexts, flow types other than TCP and UDP.
 */
import { HASH_FLOW_TYPES, type HashFlowType, type NtupleRule } from '../../engine/change.ts';
import { canonicalAddress, parseAddress } from '../../engine/packet/address.ts';
import type { Nic } from '../../engine/world.ts';
import { parseSigned, parseUpTo } from '../numbers.ts';
import { done, type Outcome, printed, refused } from '../types.ts';
import { BAD_ARGUMENTS, badArguments } from './errors.ts';

const CANNOT_INSERT = 'rmgr: Cannot insert RX class rule';
const CANNOT_DELETE = 'rmgr: Cannot delete RX class rule';
const KEYS = ['src-ip', 'dst-ip', 'src-port', 'dst-port', 'action', 'loc'];
const NOT_MODELLED = [
  'src',
  'dst',
  'proto',
  'tos',
  'tclass',
  'l4data',
  'l4proto',
  'spi',
  'vlan-etype',
  'vlan',
  'user-def',
  'dst-mac',
  'vf',
  'queue',
  'context',
  'm',
];

function ruleText(rule: NtupleRule): string {
  const v6 = rule.flowType.endsWith('6');
  const any = v6 ? '::' : '0.0.0.0';
  const all = v6 ? 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' : '255.255.255.255';
  const none = v6 ? '::' : '0.0.0.0';
  const address = (name: string, value: string | null) =>
    `\t${name} IP addr: ${value ?? any} mask: ${value === null ? all : none}\n`;
  const port = (name: string, value: number | null) =>
    `\t${name} port: ${value ?? 0} mask: ${value === null ? '0xffff' : '0x0'}\n`;
  return (
    `Filter: ${rule.loc}\n` +
    `\tRule Type: ${rule.flowType.slice(0, 3).toUpperCase()} over IPv${v6 ? 6 : 4}\n` +
    address('Src', rule.src) +
    address('Dest', rule.dst) +
    `\t${v6 ? 'Traffic Class' : 'TOS'}: 0x0 mask: 0xff\n` +
    port('Src', rule.sport) +
    port('Dest', rule.dport) +
    `\tAction: ${rule.action === -1 ? 'Drop' : `Direct to queue ${rule.action}`}\n\n`
  );
}

/** The command that makes a rule. */
export function ruleLine(nicName: string, rule: NtupleRule): string {
  const words = ['ethtool', '-N', nicName, 'flow-type', rule.flowType];
  if (rule.src !== null) words.push('src-ip', rule.src);
  if (rule.dst !== null) words.push('dst-ip', rule.dst);
  if (rule.sport !== null) words.push('src-port', String(rule.sport));
  if (rule.dport !== null) words.push('dst-port', String(rule.dport));
  words.push('action', String(rule.action), 'loc', String(rule.loc));
  return words.join(' ');
}

export function printRules(nic: Nic): Outcome {
  const rules = [...nic.ntuple].sort((a, b) => a.loc - b.loc);
  return printed(
    `${nic.activeQueues} RX rings available\nTotal ${rules.length} rules\n\n${rules.map(ruleText).join('')}`,
  );
}

export function printRule(nic: Nic, words: readonly string[]): Outcome {
  const loc = words.length === 1 ? parseUpTo(words[0], 0xffff_fffe) : null;
  if (loc === null) return badArguments(`usage: ethtool -n ${nic.name} rule N`);
  const rule = nic.ntuple.find((r) => r.loc === loc);
  if (rule === undefined) {
    const error =
      'rxclass: Cannot get RX class rule: No such file or directory\nCannot get RX classification rule';
    return refused(error, 1, rulesThere(nic));
  }
  return printed(ruleText(rule));
}

function rulesThere(nic: Nic): string {
  if (nic.ntuple.length === 0) return 'there are no rules';
  const locs = nic.ntuple.map((r) => r.loc).sort((a, b) => a - b);
  return `rules: ${locs.slice(0, 20).join(' ')}${locs.length > 20 ? ' ...' : ''}`;
}

export function deleteRule(nic: Nic, words: readonly string[]): Outcome {
  const loc = words.length === 1 ? parseUpTo(words[0], 0xffff_fffe) : null;
  if (loc === null) return badArguments(`usage: ethtool -N ${nic.name} delete N`);
  if (!nic.ntuple.some((rule) => rule.loc === loc)) {
    return refused(
      `${CANNOT_DELETE}: No such file or directory\nCannot delete classification rule`,
      1,
      rulesThere(nic),
    );
  }
  return done([{ type: 'ntuple-del', nic: nic.index, loc }]);
}

export function insertRule(nic: Nic, words: readonly string[]): Outcome {
  const rule = parseRule(words);
  if (!('flowType' in rule)) return rule;
  const cannot = (errno: string, hint: string) =>
    refused(`${CANNOT_INSERT}: ${errno}\nCannot insert classification rule`, 1, hint);
  if (!nic.features['ntuple-filters'])
    return cannot('Operation not supported', `first: ethtool -K ${nic.name} ntuple on`);
  if (rule.action !== -1 && rule.action >= nic.activeQueues) {
    return cannot('Invalid argument', `queues 0 to ${nic.activeQueues - 1} are in use; -1 drops`);
  }
  const slots = nic.driver.ntupleSlots;
  if (rule.loc >= slots) return cannot('Invalid argument', `locations 0 to ${slots - 1}`);
  const given = rule.loc >= 0;
  if (!given) {
    const taken = new Set(nic.ntuple.map((r) => r.loc));
    let loc = slots - 1;
    while (loc >= 0 && taken.has(loc)) loc -= 1;
    if (loc < 0)
      return refused(
        'rmgr: Cannot find appropriate slot to insert rule\nCannot insert classification rule',
        1,
        `all ${slots} locations are taken`,
      );
    rule.loc = loc;
  }
  if (nic.ntuple.some((r) => ruleLine(nic.name, r) === ruleLine(nic.name, rule))) return done();
  return done(
    [{ type: 'ntuple-add', nic: nic.index, rule }],
    given ? '' : `Added rule with ID ${rule.loc}\n`,
  );
}

/** A rule whose loc is -1 where none was given, or the refusal. Words come after `flow-type`. */
function parseRule(words: readonly string[]): NtupleRule | Outcome {
  const known = HASH_FLOW_TYPES.find((type) => type === words[0]);
  if (known === undefined) {
    return refused(
      `Add rule, invalid syntax\n${BAD_ARGUMENTS}`,
      1,
      `flow types here: ${HASH_FLOW_TYPES.join(' ')}`,
    );
  }
  const rule: NtupleRule = {
    loc: -1,
    flowType: known,
    src: null,
    dst: null,
    sport: null,
    dport: null,
    action: 0,
  };
  for (let i = 1; i < words.length; i += 2) {
    const key = words[i];
    if (!KEYS.includes(key)) {
      const hint = NOT_MODELLED.includes(key) ? `${key} is not modelled yet; ` : '';
      return refused(
        `${BAD_ARGUMENTS}\nAdd rule, unrecognized option[${key}]`,
        1,
        `${hint}fields: ${KEYS.join(' ')}`,
      );
    }
    const value = words[i + 1];
    if (value === undefined || !setField(rule, key, value, known)) {
      return refused(`Invalid ${key} value[${value ?? ''}]\n${BAD_ARGUMENTS}`, 1, fieldHint(key, known));
    }
  }
  return rule;
}

function fieldHint(key: string, type: HashFlowType): string {
  if (key.endsWith('-ip')) return `an IPv${type.slice(3)} address`;
  if (key.endsWith('-port')) return 'a port from 0 to 65535';
  return key === 'action' ? 'a queue number, or -1 to drop' : 'a location (a number)';
}

function setField(rule: NtupleRule, key: string, value: string, type: HashFlowType): boolean {
  if (key === 'src-ip' || key === 'dst-ip') {
    const parsed = parseAddress(value);
    if (!parsed.ok || parsed.version !== Number(type.slice(3))) return false;
    rule[key === 'src-ip' ? 'src' : 'dst'] = canonicalAddress(value);
    return true;
  }
  if (key === 'src-port' || key === 'dst-port') {
    const port = parseUpTo(value, 65_535);
    if (port === null) return false;
    rule[key === 'src-port' ? 'sport' : 'dport'] = port;
    return true;
  }
  if (key === 'action') {
    const action = parseSigned(value);
    if (action === null || action < -1 || action > 0xffff_ffff) return false;
    rule.action = action;
    return true;
  }
  const loc = parseUpTo(value, 0xffff_fffe);
  if (loc === null) return false;
  rule.loc = loc;
  return true;
}
