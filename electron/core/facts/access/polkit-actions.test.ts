import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { parsePolkit } from './polkit.ts'
import { parseDefaults, parsePkexec, polkitActionsScript } from './polkit-actions.ts'

const top = mkdtempSync(join(tmpdir(), 'gatehouse-actions-'))

const action = (id: string, any: string, more = '') =>
  `  <action id="${id}">\n    <description>yes</description>\n    <defaults>\n${any}      <allow_active>yes</allow_active>\n    </defaults>\n${more}  </action>\n`
const exec = (path: string) => `    <annotate key="org.freedesktop.policykit.exec.path">${path}</annotate>\n`
const yes = '      <allow_any>yes</allow_any>\n'

beforeAll(() => {
  mkdirSync(join(top, 'usr/share/polkit-1/actions'), { recursive: true })
  const file = (name: string, text: string) =>
    writeFileSync(join(top, 'usr/share/polkit-1/actions', name), `<?xml version="1.0"?>\n<policyconfig>\n${text}</policyconfig>\n`)
  file(
    'open.policy',
    action('org.x.open', yes) + action('org.x.asks', '      <allow_any>auth_admin</allow_any>\n') + action('org.x.none', ''),
  )
  file(
    'run.policy',
    action('org.x.run', '<allow_any>\n yes\n</allow_any>', exec('/opt/x/run')) + action('org.x.runs', '', exec('/opt/x/not')),
  )
  file('off.policy', `<!-- ${action('org.x.off', yes)} -->\n${action('org.x.on', yes)}`)
  file('console.policy', action('org.x.console', '<allow_any>no</allow_any><allow_inactive>yes</allow_inactive>'))
})
afterAll(() => rmSync(top, { recursive: true }))

const asked = (awk: readonly string[], pkexec: boolean) =>
  spawnSync(
    'sh',
    [
      '-c',
      `IFS='\n'\ncommand() { ${pkexec ? 'echo /usr/bin/pkexec' : 'false'}; }\nawk() { IFS=' '; ${awk.join(' ')} "$@"; }\n${polkitActionsScript.replaceAll(' /usr/share/', ` ${top}/usr/share/`)}`,
    ],
    { encoding: 'utf8' },
  )
const rowsOf = (stdout: string) =>
  stdout
    .split('\n')
    .slice(1)
    .flatMap((text, at) => (text.startsWith('=') ? [{ text: text.slice(1), line: at + 2 }] : []))

test.each(awks)('%s: what is granted to everybody, from anywhere', (...awk) => {
  const { stdout, stderr } = asked(awk, true)
  expect(stderr).toBe('')
  expect(parseDefaults(rowsOf(stdout)).map(({ actions }) => actions.join())).toEqual(['org.x.on', 'org.x.open'])
  expect(parsePkexec(rowsOf(stdout)).map(({ path }) => path)).toEqual(['/opt/x/run'])
  // Without pkexec(1) nobody starts it.
  expect(parsePkexec(rowsOf(asked(awk, false).stdout))).toEqual([])
})

test('a rule that refuses it comes before', () => {
  const defaults = parseDefaults([{ text: 'org.x.open\t', line: 3 }])
  const refuses = 'polkit.addRule(function(action) { if (action.id == "org.x.open") return polkit.Result.NO; });'
  const understood = (text: string) =>
    parsePolkit([{ file: '/etc/polkit-1/rules.d/99-x.rules', number: 1, text, line: 9 }], false, defaults).rules.map(
      (rule) => rule.understood,
    )
  expect([understood(refuses), understood(refuses.replace('.open', '.other'))]).toEqual([[false], [true]])
})
