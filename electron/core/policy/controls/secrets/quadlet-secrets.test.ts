import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseContainers } from '../../../facts/containers/parse.ts'
import { known } from '../../../facts/fact.ts'
import { assembleServices } from '../../../facts/services/assemble.ts'
import { parseUnits } from '../../../facts/units/parse.ts'
import accountNotPrivileged from '../accounts/inference-account-not-privileged.control.ts'
import secretsNotInUnits from './inference-secrets-not-in-units.control.ts'

/** Recorded with Podman 5.4 of Debian 13. */
const read = (path: string) => readFileSync(new URL(`../../../facts/${path}`, import.meta.url), 'utf8')
const listed = parseContainers(read('containers/__fixtures__/debian-13-podman-quadlets-list.txt'))
const units = parseUnits(read('units/__fixtures__/debian-13-quadlets.txt'))
if (!listed.ok || !units) throw new Error('not read')
const { containers } = listed.containers
const services = assembleServices({ processes: [], listeners: [], units, containers, accounts: undefined })
const facts = {
  sources: known({}),
  services,
  units: known(units),
  containers: known(listed.containers),
  accounts: { accounts: [], groups: [] },
  sudoers: known({}),
  'guarded-files': known({ files: [], folders: [] }),
  processes: known([]),
  programs: known([]),
}
const verdicts = ({ evaluate }: { readonly evaluate: unknown }) =>
  Object.fromEntries(
    (evaluate as (facts: unknown, context: unknown) => { subject: string; status: string }[])(facts, {}).map(({ subject, status }) => [
      subject,
      status,
    ]),
  )

test('keys in Quadlets are as readable as in other units; files that they name were not read', () =>
  expect(verdicts(secretsNotInUnits)).toMatchObject({
    'vllm.service': 'fail',
    'stopped.service': 'fail',
    'oll.service': 'pass',
    'play.service': 'not-evaluated',
  }))

test('a privileged container is one by the words of its unit too', () =>
  expect(
    verdicts({
      evaluate: (all: never) =>
        accountNotPrivileged.evaluate(
          { ...(all as object), services: services.filter(({ id }) => /vllm|host/.test(id)) } as never,
          {} as never,
        ),
    }),
  ).toMatchObject({
    'systemd-host': 'warning',
    vllm: 'not-applicable',
  }))
