import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LedgerRecord, ledgerRecordSchema } from '../record.ts'
import { cefOverSyslog, ledgerFormats, ledgerMessage } from './message.ts'

const from = { name: 'desk', version: '0.1.0' }
const record: LedgerRecord = {
  ...{ seq: 7, at: '2026-11-26T05:00:00.000Z', who: 'ada', action: 'push.verdict', host: 'gpu-01', subject: 'p1' },
  ...{ detail: 'unknown. a|b=c\\d "e]"\nnext', digests: {}, previous: '0'.repeat(64), hash: 'f'.repeat(64) },
}

test('JSON Lines is the record itself', () => {
  expect(ledgerRecordSchema.parse(JSON.parse(ledgerMessage(record, 'jsonl', from)))).toEqual(record)
})

test('CEF: what could end a field is escaped, and what nobody can say is severe', () => {
  expect(ledgerMessage(record, 'cef', from)).toBe(
    `CEF:0|Gatehouse|Gatehouse|0.1.0|push.verdict|push verdict|8|rt=1795669200000 externalId=7 suser=ada dhost=gpu-01 act=push.verdict cs1Label=subject cs1=p1 cs2Label=hash cs2=${record.hash} msg=unknown. a|b\\=c\\\\d "e]" next`,
  )
  expect(ledgerMessage({ ...record, action: 'a.b', detail: 'x' }, 'cef', { ...from, version: '1|2' })).toContain(
    'CEF:0|Gatehouse|Gatehouse|1\\|2|a.b|a b|3|',
  )
})

test('RFC 5424', () => {
  expect(ledgerMessage({ ...record, who: 'a"]\\' }, 'syslog', from)).toBe(
    `<108>1 2026-11-26T05:00:00.000Z desk gatehouse - push.verdict [gatehouse@32473 seq="7" who="a\\"\\]\\\\" host="gpu-01" subject="p1" hash="${record.hash}"] \uFEFFunknown. a|b=c\\d "e]" next`,
  )
  expect(ledgerMessage({ ...record, detail: 'committed-proven.' }, 'syslog', { ...from, name: 'büro 1' })).toMatch(
    /^<109>1 \S+ bro1 gatehouse - push\.verdict /,
  )
  expect(cefOverSyslog(record, from)).toContain(`\uFEFF${ledgerMessage(record, 'cef', from)}`)
})

describe('whatever a host or a person wrote', () => {
  const any = fc.string({ unit: 'binary', maxLength: 60 })
  test('it stays one line, and one field', () => {
    fc.assert(
      fc.property(any, any, any, any, (who, host, subject, detail) => {
        const odd = { ...record, who, host, subject, detail }
        for (const format of ledgerFormats) expect(ledgerMessage(odd, format, from)).not.toMatch(/[\n\r\0]/)
        // Read back as a collector does: unescaped = opens a field, unescaped " ends a value.
        const keys = [
          ...ledgerMessage(odd, 'cef', from)
            .replace(/\\[\\=]/g, '')
            .matchAll(/(?:^|[ |])(\w+)=/g),
        ].map(([, key]) => key)
        expect(keys.filter((key) => key === 'rt')).toHaveLength(1)
        expect(new Set(keys).size).toBe(keys.length)
        const data = ledgerMessage(odd, 'syslog', from).replace(/\\["\\\]]/g, '')
        expect(data).toMatch(/^<10[89]>1 \S+ desk gatehouse - push\.verdict \[gatehouse@32473 (?:\w+="[^"\]\\]*" ?){5}\] \uFEFF/)
      }),
    )
  })
})
