/** A checksum worked out: the words, the running sum with its carries folded in, the complement, and what the header says. */
import { t } from '../../i18n/index.ts';
import type { ChecksumLine, ChecksumWork } from '../../protocol/messages.ts';

const hex = (value: number, digits = 4): string => value.toString(16).padStart(digits, '0');
const NAMES = { ip: 'IPv4', tcp: 'TCP', udp: 'UDP', icmp: 'ICMP', icmpv6: 'ICMPv6' } as const;

export function ChecksumSteps({ work }: { work: ChecksumWork }) {
  const { of, field, lines, sum, right, pseudo, verdict } = work;
  const name = NAMES[of];
  return (
    <details className={`checksum is-${verdict}`}>
      <summary>
        {t('checksum.title', { name })} <span className="mono">0x{hex(field)}</span>{' '}
        <span className="checksum-verdict">{t(`checksum.verdict.${verdict}`)}</span>
      </summary>
      <p className="small">{t(of === 'ip' ? 'checksum.howIp' : 'checksum.how')}</p>
      <table className="checksum-lines" dir="ltr">
        <caption className="visually-hidden">{t('checksum.title', { name })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('checksum.column.words')}</th>
            <th scope="col">{t('checksum.column.sum')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one frame never change
            <tr key={i} className={`part-${line.part}`}>
              <td>
                <span className="line-what">{lineWhat(line)}</span>
                <span className="mono">{line.words.map((word) => hex(word)).join(' ')}</span>
              </td>
              <td className="mono">
                {line.carry > 0 ? (
                  <>
                    {line.raw.toString(16)}{' '}
                    <span className="muted">{t('checksum.carry', { carry: line.carry.toString(16) })}</span>{' '}
                    {hex(line.sum)}
                  </>
                ) : (
                  hex(line.sum)
                )}
              </td>
            </tr>
          ))}
          <tr className="part-result">
            <th scope="row">{t('checksum.complement')}</th>
            <td className="mono">
              ~{hex(sum)} = {hex(~sum & 0xffff)}
              {of === 'udp' && (~sum & 0xffff) === 0 ? ' → ffff' : ''}
            </td>
          </tr>
          <tr className="part-result">
            <th scope="row">{t('checksum.inHeader')}</th>
            <td className="mono">{hex(field)}</td>
          </tr>
        </tbody>
      </table>
      <p className="small">
        {t(`checksum.says.${verdict}`, {
          field: `0x${hex(field)}`,
          right: `0x${hex(right)}`,
          pseudo: `0x${hex(pseudo ?? 0)}`,
        })}
      </p>
    </details>
  );
}

function lineWhat(line: ChecksumLine): string {
  if (line.what !== '') return t(`checksum.${line.what}`);
  if (line.part === 'more') return t('checksum.more', { n: line.count, from: line.from });
  return t('checksum.from', { from: line.from });
}
