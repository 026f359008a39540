import { describe, expect, it } from 'vitest';
import { kindName, kinds } from '../../catalog/kinds.ts';
import { PLACE_TYPES } from '../../catalog/places.ts';
import { Reason, reasons } from '../../catalog/reasons.ts';
import { rules } from '../../catalog/rules.ts';
import { simplifications } from '../../catalog/simplifications.ts';
import { hasMessage } from '../../i18n/index.ts';
import type { RecordView } from '../../protocol/scene.ts';
import { fakeRecords } from '../../testing/fake-app.ts';
import { busyRss } from '../../testing/mock-scenes.ts';
import { formatDuration, formatShort, groupDigits, hex32 } from './format.ts';
import { fillPlurals } from './plural.ts';
import { functionOf, reasonSentence, recordSentence } from './sentence.ts';

const { map } = busyRss();

function record(kind: number, a: number, b: number): RecordView {
  return { timeNs: 10, seq: 1, packet: 42, other: 41, cause: 0, kind, place: 4, reason: 0, cpu: 0, a, b };
}

describe('words', () => {
  it('has a name and a sentence for every kind of event', () => {
    for (const name of Object.keys(kinds)) {
      expect(hasMessage(`kind.${name}`), name).toBe(true);
      expect(hasMessage(`sentence.${name}`), name).toBe(true);
    }
  });

  it('has a sentence for every reason, one and no more', () => {
    for (const name of Object.keys(reasons)) expect(hasMessage(`reason.${name}`), name).toBe(true);
  });

  it('has a few words on the stage for everything that loses a packet', () => {
    for (const [name, info] of Object.entries(reasons))
      if ('drop' in info) expect(hasMessage(`host.drop.${name}`), name).toBe(true);
  });

  it('has words for every place and rule', () => {
    for (const type of PLACE_TYPES) expect(hasMessage(`place.${type}`), type).toBe(true);
    for (const name of Object.keys(rules)) expect(hasMessage(`rule.${name}`), name).toBe(true);
    for (const { id } of simplifications) expect(hasMessage(`simplification.${id}`), id).toBe(true);
  });

  it('leaves no gap in any sentence, whatever the record holds', () => {
    for (const { code } of Object.values(kinds)) {
      for (const [a, b] of [
        [0, 0],
        [1, 1],
        [2, 2],
        [0, 257],
        [3, -5],
      ]) {
        const text = recordSentence(record(code, a, b), map);
        expect(text, kindName(code)).not.toMatch(/[{}]|undefined|NaN/);
        expect(text.endsWith('.'), text).toBe(true);
      }
    }
  });

  it('speaks of what a record holds', () => {
    expect(recordSentence(fakeRecords[0], map)).toBe(
      'Frame 42 of flow A, 1\u00a0514 bytes, has reached eth0.',
    );
    expect(recordSentence(fakeRecords[7], map)).toBe('GRO joins packet 42 onto packet 33.');
    expect(reasonSentence(fakeRecords[7].reason)).toContain('byte for byte');
    expect(reasonSentence(0)).toBeNull();
    expect(functionOf(fakeRecords[7])).toBe('skb_gro_receive');
  });

  it('names states of TCP as ss does, and says what its decisions are about', () => {
    expect(recordSentence(record(kinds.tcpState.code, 1, 2), map)).toBe(
      'The connection goes from SYN_SENT to ESTABLISHED.',
    );
    const decision = (reason: number, a: number, b: number): string =>
      recordSentence({ ...record(kinds.tcpDecision.code, a, b), reason }, map);
    // sequence numbers have no sign: -2 is 2^32 - 2
    expect(decision(Reason.sackNew, 5001, -2)).toBe(
      'TCP notes the bytes from sequence number 5\u00a0001 to 4\u00a0294\u00a0967\u00a0294.',
    );
    expect(decision(Reason.rackLost, 5001, 0)).toBe(
      'TCP counts the segment at sequence number 5\u00a0001 as lost.',
    );
    expect(decision(Reason.ackCompressed, 2, 1_000_000)).toBe('TCP holds an ACK back.');
    expect(decision(Reason.cwndSlowStart, 1, 0)).toBe('TCP looks at its congestion window: 1 segment.');
    expect(decision(Reason.tcpNagle, 100, 1448)).toBe('TCP decides how to go on.');
  });
});

describe('plurals', () => {
  it('follow the number and the language', () => {
    expect(fillPlurals('{n|frame|frames}', { n: 1 }, 'en')).toBe('frame');
    expect(fillPlurals('{n|frame|frames}', { n: 0 }, 'en')).toBe('frames');
    expect(fillPlurals('{n|rámec|rámce|rámce|rámců}', { n: 3 }, 'cs')).toBe('rámce');
    expect(fillPlurals('{n|rámec|rámce|rámce|rámců}', { n: 5 }, 'cs')).toBe('rámců');
  });
});

describe('figures', () => {
  it('group digits without breaking', () => {
    expect(groupDigits(1_284_316)).toBe('1\u00a0284\u00a0316');
    expect(groupDigits(999)).toBe('999');
    expect(groupDigits(-1234)).toBe('−1\u00a0234');
  });

  it('choose the unit that fits', () => {
    expect(formatDuration(640)).toBe('640\u00a0ns');
    expect(formatDuration(12_400)).toBe('12.4\u00a0µs');
    expect(formatDuration(4_000_000)).toBe('4\u00a0ms');
    expect(formatDuration(0)).toBe('0\u00a0ns');
  });

  it('shorten what need not be exact', () => {
    expect(formatShort(1_488_095)).toBe('1.49\u00a0M');
    expect(formatShort(511)).toBe('511');
    expect(formatShort(0)).toBe('0');
  });

  it('write a negative hash as unsigned', () => {
    expect(hex32(-1)).toBe('ffffffff');
    expect(hex32(0x26b0ea)).toBe('0026b0ea');
  });
});
