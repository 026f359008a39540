/** kTLS on the command line: counters to the column, features by version and card. */
import { describe, expect, it } from 'vitest';
import { runCommand } from './shell.ts';
import { testWorld, type } from './test-world.ts';

const mlx5 = (kernel = '6.12') => testWorld({ kernel, nics: [{ driver: 'mlx5_core' }] });
const output = (world: ReturnType<typeof mlx5>, line: string) => runCommand(world, 0, line).output;

describe('kTLS in the shell', () => {
  it('/proc/net/tls_stat: names padded to 32, a tab, the count; since 5.5, two more since 6.0', () => {
    const world = mlx5();
    world.hosts[0].tls.TlsTxSw = 7;
    const lines = output(world, 'cat /proc/net/tls_stat').split('\n');
    expect(lines[4]).toBe(`TlsTxSw${' '.repeat(25)}\t7`);
    expect(lines.slice(0, -1).map((line) => line.trim().split(/\s+/)[0])).toEqual([
      'TlsCurrTxSw',
      'TlsCurrRxSw',
      'TlsCurrTxDevice',
      'TlsCurrRxDevice',
      'TlsTxSw',
      'TlsRxSw',
      'TlsTxDevice',
      'TlsRxDevice',
      'TlsDecryptError',
      'TlsRxDeviceResync',
      'TlsDecryptRetry',
      'TlsRxNoPadViolation',
    ]);
    expect(output(mlx5('5.10'), 'cat /proc/net/tls_stat').split('\n')).toHaveLength(11);
    expect(runCommand(mlx5('5.4'), 0, 'cat /proc/net/tls_stat').status).not.toBe(0);
  });

  it('ethtool -k: encrypting on, decrypting off on mlx5; fixed elsewhere and before 4.18 and 4.19', () => {
    const rows = (world: ReturnType<typeof mlx5>) =>
      output(world, 'ethtool -k eth0')
        .split('\n')
        .filter((line) => line.startsWith('tls-hw-'));
    expect(rows(mlx5())).toEqual([
      'tls-hw-tx-offload: on',
      'tls-hw-rx-offload: off',
      'tls-hw-record: off [fixed]',
    ]);
    const fixed = ['tls-hw-tx-offload: off [fixed]', 'tls-hw-rx-offload: off [fixed]'];
    expect(rows(mlx5('4.17')).slice(0, 2)).toEqual(fixed);
    expect(rows(mlx5('4.18')).slice(0, 2)).toEqual(['tls-hw-tx-offload: on', fixed[1]]);
    expect(rows(testWorld()).slice(0, 2)).toEqual(fixed);
  });

  it('ethtool -K: checksums off take them along, and bring back what was wanted', () => {
    const world = mlx5();
    type(world, 'ethtool -K eth0 tls-hw-rx-offload on');
    expect(output(world, 'ethtool -K eth0 tx off')).toContain('tls-hw-tx-offload: off [not requested]');
    type(world, 'ethtool -K eth0 tx off');
    type(world, 'ethtool -K eth0 rx off');
    expect([
      world.nics[0].features['tls-hw-tx-offload'],
      world.nics[0].features['tls-hw-rx-offload'],
    ]).toEqual([false, false]);
    type(world, 'ethtool -K eth0 tx on');
    type(world, 'ethtool -K eth0 rx on');
    expect([
      world.nics[0].features['tls-hw-tx-offload'],
      world.nics[0].features['tls-hw-rx-offload'],
    ]).toEqual([true, true]);
    expect(runCommand(testWorld(), 0, 'ethtool -K eth0 tls-hw-tx-offload on').status).not.toBe(0);
  });

  it('ethtool -S: mlx5’s names, each way where the kernel knows it', () => {
    const names = (world: ReturnType<typeof mlx5>) =>
      [...output(world, 'ethtool -S eth0').matchAll(/ ([rt]x_tls_\w+):/g)].map((m) => m[1]);
    expect(names(mlx5())).toContain('rx_tls_resync_req_start');
    expect(names(mlx5())).toContain('tx_tls_encrypted_packets');
    expect(names(mlx5('4.18')).every((name) => name.startsWith('tx_'))).toBe(true);
    expect(names(mlx5('4.17'))).toEqual([]);
    expect(names(testWorld())).toEqual([]);
  });
});
