import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { program } from '../programs/program-facts.testing.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import { unit } from '../units/unit-facts.testing.ts'
import notInUnits from './inference-secrets-not-in-units.control.ts'

const open = { environment: { WEBUI_SECRET_KEY: '****' }, environmentSources: { WEBUI_SECRET_KEY: '' } }
const found = 'fail: Every account can read a key of the server'

test.each<[string, object, readonly string[]]>([
  ['what signs the logins of an interface', open, [found]],
  ['a token behind its command', { execStart: ['/usr/bin/cloudflared', 'tunnel', 'run', '--token', '****'] }, [found]],
  ['none', {}, ['not-applicable: No inference server on this host']],
])('keys in the unit of a program beside the engines: %s', (_, more, expected) => {
  const webUi = program('interface', { id: 'open-webui', unit: 'open-webui.service' })
  const given = { programs: known([webUi]), units: known([{ ...unit({}, more), id: 'open-webui.service' }]) }
  expect(outcomes(ask(notInUnits, facts('', [], given)))).toEqual(expected)
})

test('a unit that runs an engine and a program is judged once', () => {
  const both = { ...unit({}, open), id: 'vllm.service' }
  const given = { programs: known([program('interface', { unit: 'vllm.service' })]), units: known([both]) }
  expect(outcomes(ask(notInUnits, facts('', [service('vllm', { unit: 'vllm.service' })], given)))).toEqual([found])
})
