import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import {
  canonicalAddress,
  createAddressNames,
  parseAddress,
  parseMac,
  printAddress,
  printMac,
} from './address.ts';

describe('parseAddress', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7'],
    ['::', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1::', '1::'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
  ])('%s is printed as %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    ['', 'an address is missing'],
    ['10.0.0', "'10.0.0' is not an IPv4 address (four numbers 0 to 255)"],
    ['10.0.0.256', "'10.0.0.256' is not an IPv4 address (four numbers 0 to 255)"],
    ['10.0.0.01', "'10.0.0.01' is not an IPv4 address (four numbers 0 to 255)"],
    ['1:2:3', "'1:2:3' is not an IPv6 address"],
    ['1::2::3', "'1::2::3' is not an IPv6 address"],
    ['1:2:3:4:5:6:7:8::', "'1:2:3:4:5:6:7:8::' is not an IPv6 address"],
    ['1.2.3.4::', "'1.2.3.4::' is not an IPv6 address"],
    ['12345::', "'12345::' is not an IPv6 address"],
    [':1:2:3:4:5:6:7', "':1:2:3:4:5:6:7' is not an IPv6 address"],
    ['fe80::1%eth0', "'fe80::1%eth0': zone ids are not supported"],
  ])('refuses %j', (text, error) => {
    expect(parseAddress(text)).toEqual({ ok: false, error });
  });

  it('agrees with ipaddr.js on every IPv6 address', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = Uint8Array.from(groups.flatMap((g) => [g >> 8, g & 255]));
        const theirs = new ipaddr.IPv6(groups);
        fc.pre(!theirs.isIPv4MappedAddress());
        expect(printAddress(bytes)).toBe(theirs.toRFC5952String());
        expect(parseAddress(printAddress(bytes))).toEqual({
          ok: true,
          version: 6,
          bytes,
        });
        expect(parseAddress(theirs.toNormalizedString())).toEqual({
          ok: true,
          version: 6,
          bytes,
        });
      }),
    );
  });

  it('takes any text without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.]{0,40}$/)), (text) => {
        const parsed = parseAddress(text);
        if (parsed.ok) expect(canonicalAddress(printAddress(parsed.bytes))).toBe(printAddress(parsed.bytes));
      }),
    );
  });
});

describe('MAC addresses', () => {
  it('take colons, dashes or nothing between pairs, not a mixture', () => {
    for (const text of ['02:00:5e:0A:0b:ff', '02-00-5e-0a-0b-ff', '02005e0a0bff']) {
      expect(printMac(parseMac(text) ?? new Uint8Array(6))).toBe('02:00:5e:0a:0b:ff');
    }
    for (const text of ['02:00-5e:0a:0b:ff', '02:00:5e:0a:0b', '', 'zz:00:5e:0a:0b:ff'])
      expect(parseMac(text)).toBeNull();
  });
});

describe('createAddressNames', () => {
  it('gives the same names as printing, first time and again', () => {
    const names = createAddressNames();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        for (let again = 0; again < 2; again += 1) {
          expect(names.ipv4(bytes, 1)).toBe(printAddress(bytes.slice(1, 5)));
          expect(names.ipv6(bytes, 2)).toBe(printAddress(bytes.slice(2, 18)));
          expect(names.mac(bytes, 3)).toBe(printMac(bytes, 3));
        }
      }),
    );
  });
});
