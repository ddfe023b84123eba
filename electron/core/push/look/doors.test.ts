import { describe, expect, test } from 'vitest'
import { printTranscript } from '../../facts/wire/transcript.ts'
import { printed } from '../../probe/section-output.testing.ts'
import { doorsOf, namesOf, openDoors } from './doors.ts'

const said = (status: number, serverName = 'ai.example', path = '/api/tags') =>
  printTranscript({
    ...{ address: '10.20.4.11', port: 443, from: 'bastion-01', tcp: 'connected' },
    tls: { serverName: serverName || undefined, versions: [], ciphers: [], chain: [] },
    answers: [{ method: 'GET', path, headers: {}, status }],
  })
const section = (stdout: string, id = 'wire-tls-443') => printed(id, stdout)
const plan = { turns: [{ control: 'proxy-requires-authentication', subject: 'ai.example:443', status: 'fail' as const, title: '' }] }
const tls = { turns: [{ ...plan.turns[0], control: 'proxy-serves-tls' } as (typeof plan.turns)[number]] }

describe('a front that was to ask for a login', () => {
  test.each([
    ['does', [section(said(401))], plan, 0],
    ['does not', [section(said(200))], plan, 1],
    ['does, but not for its second question', [section(said(401)), section(said(405), 'wire-tls-443-2')], plan, 1],
    ['lets somebody in who asks for another name', [section(said(200, 'other.example'))], plan, 0],
    ['lets somebody in who names nobody', [section(said(200, ''))], plan, 0],
    ['tells that it lives', [section(said(200, 'ai.example', '/health'))], plan, 0],
    ['is in trouble', [section(said(502))], plan, 0],
    ['was not to ask for one', [section(said(200))], tls, 0],
    ['was not reached', [section('')], plan, 0],
  ])('%s', (_, outputs, of, count) => expect(openDoors(doorsOf(outputs), of)).toHaveLength(count))

  test('says who got through where', () =>
    expect(openDoors(doorsOf([section(said(200))]), plan)).toEqual([
      'who asks 10.20.4.11 port 443 for ai.example gets through without credentials: GET /api/tags (200)',
    ]))

  test('is asked for by its name', () => {
    expect(namesOf(plan)).toEqual(['ai.example'])
    expect(namesOf(tls)).toEqual([])
  })
})
