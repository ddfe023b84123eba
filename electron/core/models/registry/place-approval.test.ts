import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ModelContent, Registration, RegistrationStep } from '#shared/model/model-registration.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { approvalOf } from './place-approval.ts'

const content = (letter: string): ModelContent => ({ key: letter.repeat(64), files: [] })
const A = content('a')
const B = content('b')
let minute = 0
const written = () => ({ at: new Date(Date.UTC(2026, 10, 26, 0, minute++)).toISOString(), account: 'admin' })
const requested = (): RegistrationStep => ({
  ...{ step: 'requested', name: 'Ada', source: 'hf.co/o/m', revision: '', purpose: 'chat', licence: 'MIT', hosts: [], ...written() },
})
const reviewed = (of: ModelContent): RegistrationStep => ({
  ...{
    step: 'reviewed',
    name: 'Bob',
    host: 'lab',
    path: '/m',
    kind: 'directory',
    content: of,
    scan: 'cleared',
    checks: [],
    note: '',
    ...written(),
  },
})
const tested = (passed = true): RegistrationStep => ({ step: 'tested', name: 'Bob', where: 'lab', passed, result: 'fine', ...written() })
const approved = (hosts: readonly string[] = ['gpu-01'], alone = false): RegistrationStep => ({
  ...{ step: 'approved', name: 'Eve', tiers: ['users'], hosts: [...hosts], alone, secondFactor: true, ...written() },
})
const ended = (step: 'rejected' | 'revoked'): RegistrationStep => ({ step, name: 'Eve', reason: 'no', ...written() })
const superseded = (): RegistrationStep => ({ step: 'superseded', successor: 'x', ...written() })
const registration = (model: string, ...steps: readonly RegistrationStep[]): Registration => ({
  id: `${model}${minute}`,
  model,
  steps: [...steps],
})
const upTo = (of: ModelContent, ...more: readonly RegistrationStep[]) => [requested(), reviewed(of), tested(), ...more]

const place = { host: 'gpu-01', name: 'm', kind: 'directory' as const }
const tag = { ...place, kind: 'ollama' as const }

describe('what the process says of the bytes at a place', () => {
  test.each([
    ['nothing is registered', place, A, [], 'unregistered'],
    ['its bytes are not known', place, undefined, [registration('m', ...upTo(A, approved()))], 'not-hashed'],
    ['requested, not reviewed yet', place, A, [registration('m', requested())], 'in-checks'],
    ['reviewed, not approved yet', place, A, [registration('m', ...upTo(A))], 'in-checks'],
    ['approved for this host', place, A, [registration('m', ...upTo(A, approved()))], 'approved'],
    ['approved, under another name of its directory', { ...place, name: 'x' }, A, [registration('m', ...upTo(A, approved()))], 'approved'],
    ['approved for another host', place, A, [registration('m', ...upTo(A, approved(['gpu-02'])))], 'not-for-host'],
    ['one byte differs', place, B, [registration('m', ...upTo(A, approved()))], 'changed'],
    ['a tag with an approved manifest', tag, A, [registration('m', ...upTo(A, approved()))], 'approved'],
    ['a tag that was moved to what is approved as another', tag, A, [registration('other', ...upTo(A, approved()))], 'unregistered'],
    [
      'a tag that was moved away',
      tag,
      B,
      [registration('m', ...upTo(A, approved())), registration('o', ...upTo(B, approved()))],
      'changed',
    ],
    ['approved by who requested it', place, A, [registration('m', ...upTo(A, approved(['gpu-01'], true)))], 'approved-alone'],
    ['rejected', place, A, [registration('m', ...upTo(A, ended('rejected')))], 'rejected'],
    ['revoked', place, A, [registration('m', ...upTo(A, approved(), ended('revoked')))], 'revoked'],
    [
      'revoked, then requested again',
      place,
      A,
      [registration('m', ...upTo(A, approved(), ended('revoked'))), registration('m', ...upTo(A))],
      'revoked',
    ],
    [
      'revoked, then approved again',
      place,
      A,
      [registration('m', ...upTo(A, approved(), ended('revoked'))), registration('m', ...upTo(A, approved()))],
      'approved',
    ],
    [
      'superseded',
      place,
      A,
      [registration('m', ...upTo(A, approved(), superseded())), registration('m', ...upTo(B, approved()))],
      'superseded',
    ],
  ] as const)('%s', (_, at, bytes, registrations, expected) => {
    expect(approvalOf(at, bytes, registrations, { fourEyes: false }).approval).toBe(expected)
  })

  test('a rule of four eyes that came later ends an approval by one person', () => {
    const all = [registration('m', ...upTo(A, approved(['gpu-01'], true)))]
    expect(approvalOf(place, A, all, { fourEyes: true }).approval).toBe('four-eyes-missing')
    expect(approvalOf(place, A, [...all, registration('m', ...upTo(A, approved()))], { fourEyes: true }).approval).toBe('approved')
  })

  test('whatever was registered, only an approval of exactly these bytes for this host counts', () => {
    const step = fc.constantFrom('approved', 'revoked', 'rejected', 'superseded', 'none')
    const bytes = fc.constantFrom(A, B)
    const one = fc.tuple(bytes, step, fc.constantFrom('gpu-01', 'gpu-02'))
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), bytes, (all, here) => {
        const registrations = all.map(([of, end, host]) => {
          const last = {
            approved: [approved([host])],
            revoked: [approved([host]), ended('revoked')],
            rejected: [ended('rejected')],
            superseded: [approved([host]), superseded()],
            none: [],
          }[end]
          return registration('m', ...upTo(of, ...last))
        })
        const passes = approvalOf(place, here, registrations, { fourEyes: true }).approval === 'approved'
        if (passes) expect(all.some(([of, end, host]) => of === here && end === 'approved' && host === 'gpu-01')).toBe(true)
      }),
    )
  })
})

test('a test that failed leads back to the review', () => {
  expect(stateOf({ steps: [requested(), reviewed(A), tested(false)] })).toBe('reviewed')
  expect(stateOf({ steps: [requested(), reviewed(A), tested(), reviewed(B)] })).toBe('reviewed')
})
