import { fleetSchema } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Access } from '../facts/access/access.ts'
import { parseShadowGroups } from '../facts/access/gshadow.ts'
import { parseHooks } from '../facts/access/hooks.ts'
import { parseLoginKeys } from '../facts/access/login-keys.ts'
import { parseAcls, parseCron, parseKeyLinks, parseOpen, parsePasswords, parsePaths } from '../facts/access/parse.ts'
import { parsePolkit } from '../facts/access/polkit.ts'
import { parseDefaults, parsePkexec } from '../facts/access/polkit-actions.ts'
import { parseRaised } from '../facts/access/trust.ts'
import { parseUnitPrograms } from '../facts/access/unit-programs.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { known, unknown } from '../facts/fact.ts'
import type { Nginx } from '../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../facts/oauth2-proxy/oauth2-proxy.ts'
import { parseSudoers } from '../facts/privileged/parse-sudoers.ts'
import type { Program } from '../facts/programs/programs.ts'
import type { Unit } from '../facts/units/units.ts'
import type { AccessFacts } from './access-facts.ts'
import { hostAccess } from './host-access.ts'

/** Test support: facts of a host with five accounts and one vLLM, of which a test says what is otherwise. */

const rows = (text: string, from = 1) => text.split('\n').map((row, index) => ({ text: row, line: index + from }))
const numbered = (file: string, text: string) => rows(text).map(({ text: row, line }) => ({ file, number: line, text: row, line }))

export const fleet = fleetSchema.parse({
  version: 1,
  name: 'x',
  identities: { audit: { user: 'a' } },
  hosts: [{ name: 'h', address: '10.0.0.1' }],
})
export const names = ['ada', 'bob', 'eve', 'svc', 'batch']
export const passwd = [
  'root:x:0:0::/root:/bin/bash',
  ...names.map((name, at) => `${name}:x:${1001 + at}:${1001 + at}::/home/${name}:/bin/bash`),
]
const group = (members: Readonly<Record<string, string>>) =>
  parseGroup(
    [
      ...names.map((name, at) => `${name}:x:${1001 + at}:`),
      ...Object.entries(members).map(([name, who], at) => `${name}:x:${2000 + at}:${who}`),
    ].join('\n'),
  )

export const unit = (more: Partial<Unit>): Unit =>
  ({
    id: 'vllm.service',
    user: 'svc',
    sourcePath: '',
    fragmentPath: '/etc/systemd/system/vllm.service',
    dropIns: [],
    program: '/opt/vllm/bin/vllm',
    environmentFiles: [],
    paths: [],
    ...more,
  }) as unknown as Unit

export const service = {
  id: 'vllm.service',
  unit: 'vllm.service',
  engine: 'vllm',
  how: 'systemd',
  running: true,
  user: 'svc',
  uid: 1004,
  apiKey: 'set',
  binds: [],
  pids: [],
  modelPaths: [],
  argv: ['vllm', 'serve', 'm', '--no-enable-log-requests'],
} as InferenceService

export interface Host {
  readonly groups?: Readonly<Record<string, string>>
  readonly sudoers?: string
  /** /etc/sudoers.d/ops. */
  readonly dropIn?: string
  readonly shadow?: string
  /** `docker:eve:ada,bob:`: administrators, members. */
  readonly gshadow?: string
  /** `2755/root/docker//srv/find`. */
  readonly raised?: string
  readonly open?: string
  readonly paths?: string
  readonly acls?: string
  readonly polkit?: string
  /** `org.x.run<tab>/opt/x/run`. */
  readonly actions?: string
  readonly cron?: string
  readonly keys?: string
  /** `root<tab>backup.service<tab>/opt/backup/run`. */
  readonly started?: string
  /** `root<tab>/etc/logrotate.d/app<tab>/opt/app/rotate`. */
  readonly hooks?: string
  readonly units?: readonly Unit[]
  readonly services?: readonly InferenceService[]
  readonly links?: string
  /** `f/640/root/adm//var/log/nginx/access.log`, like `open`; of a link with its target behind a tab. */
  readonly guarded?: string
  readonly proxies?: readonly OAuth2Proxy[]
  readonly nginx?: Nginx['directives']
  /** Settings of sshd, as `sshd -T` prints them. */
  readonly sshd?: Readonly<Record<string, string>>
  /** `user ada` → its settings. */
  readonly matches?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Shells that are none of bash. */
  readonly shells?: Readonly<Record<string, string>>
  /** Ids. */
  readonly programs?: readonly string[]
}

const settingsOf = (settings: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(settings).map(([keyword, value]) => [keyword, [{ value, line: 1 }]]))
const matchOf = ([criteria, settings]: [string, Readonly<Record<string, string>>]) => ({
  ...{ criteria, file: '/etc/ssh/sshd_config', line: 1 },
  settings: Object.entries(settings).map(([keyword, value]) => ({ keyword, value, line: 2 })),
})

export function factsOf(host: Host): AccessFacts {
  const access: Access = {
    passwords: known(parsePasswords(rows(host.shadow ?? names.map((name) => `${name}:$:`).join('\n')))),
    raised: [...parseRaised(rows(host.raised ?? '')), ...parsePkexec(rows(host.actions ?? ''))],
    shadowGroups: known(parseShadowGroups(rows(host.gshadow ?? ''))),
    keys: known(parseLoginKeys(rows(host.keys ?? ''))),
    keyLinks: parseKeyLinks(rows(host.links ?? '')),
    hooks: parseHooks(rows(host.hooks ?? '')),
    unitPrograms: parseUnitPrograms(rows(host.started ?? '')),
    webAccounts: known([]),
    open: known(parseOpen(rows(host.open ?? ''))),
    paths: parsePaths(rows(host.paths ?? names.map((name) => `directory/700/${name}/${name}//home/${name}`).join('\n'))),
    acls: known(parseAcls(rows(host.acls ?? ''))),
    polkit: known(
      parsePolkit(numbered('/etc/polkit-1/rules.d/50-ops.rules', host.polkit ?? ''), false, parseDefaults(rows(host.actions ?? ''))),
    ),
    cron: known(parseCron(numbered('/etc/cron.d/job', host.cron ?? ''))),
    timed: known([]),
    scripts: known([]),
    lingering: [],
    lastLogins: known([]),
  }
  return {
    accounts: {
      accounts: parsePasswd(passwd.join('\n')).map((one) => ({ ...one, shell: host.shells?.[one.name] ?? one.shell })),
      groups: group(host.groups ?? {}),
    },
    access: known(access),
    sudoers: known(
      parseSudoers([
        ...numbered(
          '/etc/sudoers',
          `${host.sudoers ?? 'root ALL=(ALL:ALL) ALL'}${host.dropIn === undefined ? '' : '\n@includedir /etc/sudoers.d'}`,
        ),
        ...(host.dropIn === undefined ? [] : numbered('/etc/sudoers.d/ops', host.dropIn)),
      ]),
    ),
    units: known(host.units ?? [unit({})]),
    services: known(host.services ?? [service]),
    system: known({ hostname: 'gpu-01' }) as unknown as AccessFacts['system'],
    network: unknown('', []),
    processes: known([]),
    sshd: known({ settings: settingsOf(host.sshd ?? {}) }),
    'sshd-matches': known({ matches: Object.entries(host.matches ?? {}).map(matchOf), elsewhere: [] }),
    'oauth2-proxy': known(host.proxies ?? []),
    nginx: known({ installed: true, running: true, directives: host.nginx ?? [] }),
    programs: known((host.programs ?? []).map((id) => ({ id, binds: [] }) as unknown as Program)),
    'model-files': known({ directories: [] }),
    'guarded-files': known({
      files: parseOpen(rows(host.guarded ?? '')).map((file) => {
        const [path = '', target] = file.path.split('\t')
        return {
          ...file,
          path,
          ...(target === undefined ? { type: file.type === 'directory' ? 'directory' : 'file' } : { type: 'symlink', target }),
        }
      }),
      folders: [],
    }),
  }
}

export const holdings = (host: Host, account: string) =>
  hostAccess(factsOf(host), 0).accounts.find(({ name }) => name === account)?.holdings ?? []

/** By what the account holds it, in words; undefined where it does not. */
export const way = (host: Host, account: string, capability: string): string | undefined => {
  const found = holdings(host, account).find((one) => one.capability === capability)
  return found && [...found.path.slice(1), ...(found.condition ? [`(${found.condition})`] : [])].join(' → ')
}

/** A rule of polkit that lets whoever fits the condition manage units. */
export const manageUnits = (condition: string) =>
  `polkit.addRule(function(action, subject) {\n  if (action.id == "org.freedesktop.systemd1.manage-units" && ${condition}) {\n    return polkit.Result.YES;\n  }\n});`
