import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Arbitrary, array, constantFrom, oneof, record, uniqueArray } from 'fast-check'
import { askProxy, setStage, started } from '../../real-proxy.testing.ts'
import { parseDump } from '../parse.ts'
import { type Listen, socketKey } from './listen.ts'
import { own } from './scope.ts'
import { chooseServer } from './server-names.ts'
import { readHttp } from './servers.ts'

/** Test support: groups of servers that listen in many words, the model's and the real nginx's choice among them. */
const PORTS = 3
/** `@0@` to `@2@` are ports that no other group has. */
const listens = [
  ...[
    '@0@',
    '*:@0@',
    '0.0.0.0:@0@',
    '0:@0@',
    '127.0.0.1:@0@',
    '127.1:@0@',
    'localhost:@0@',
    '127.0.0.2:@0@',
    '@0@-@2@',
    '127.0.0.1:@0@-@1@',
  ],
  ...['[::]:@0@', '[::1]:@0@', '[0:0:0:0:0:0:0:1]:@0@', '[::1]:@0@-@1@', '*:@1@', '127.0.0.1:@1@', 'LOCALHOST:@2@', '0x7f000001:@2@'],
] as const
/** With IPv4 sockets beside them on the same port nginx would not start. */
const dualListens = ['[::]:@0@ ipv6only=off', '[::]:@0@', '[::1]:@0@', '[::]:@1@ ipv6only=off', '[::]:@1@', '[::1]:@1@'] as const
const flags = ['', '', '', '', ' default_server', ' proxy_protocol'] as const

const groupsOf = (places: readonly string[]): Arbitrary<string> =>
  array(
    record({
      places: uniqueArray(record({ listen: constantFrom(...places), flag: constantFrom(...flags) }), {
        minLength: 1,
        maxLength: 3,
        selector: ({ listen }) => listen.replace(/ .*/, ''),
      }),
      name: constantFrom('', 'a.example', 'b.example'),
    }),
    { minLength: 2, maxLength: 5 },
  ).map((servers) =>
    servers
      .map(({ places, name }, at) => {
        const all = places.map(({ listen, flag }) => `listen ${listen}${flag};`).join(' ')
        return `server { ${all} ${name && `server_name ${name};`} return ${410 + at}; }`
      })
      .join(' '),
  )

export const listenGroups: Arbitrary<string> = oneof(
  { weight: 5, arbitrary: groupsOf(listens) },
  { weight: 1, arbitrary: groupsOf(dualListens) },
)

export interface AskedSocket {
  readonly address: '127.0.0.1' | '127.0.0.2' | '::1'
  /** 0 to 2. */
  readonly port: number
  readonly host: string
}

export const askedSockets: readonly AskedSocket[] = (['127.0.0.1', '127.0.0.2', '::1'] as const).flatMap((address) =>
  [0, 1, 2].flatMap((port) => ['a.example', 'b.example', 'c.example'].map((host) => ({ address, port, host }))),
)

const portsOf = (group: string, first: number): string => group.replace(/@(\d)@/g, (_, at: string) => String(first + Number(at)))

/** `refused`, `closed` (PROXY protocol), or the status. A wildcard takes what no address of its own takes. */
export function predictSocket(group: string, { address, port, host }: AskedSocket): string {
  const parsed = parseDump(`# configuration file /x/nginx.conf:\nhttp { ${portsOf(group, 8000)} }\n`)
  if (!parsed.ok) throw new Error(parsed.message)
  const { servers } = readHttp(parsed)
  const all = servers.flatMap((server) => server.listens)
  const at = (wanted: string): Listen | undefined =>
    all.find((one) => socketKey(one) === socketKey({ address: wanted, port: 8000 + port, datagrams: false }))
  const wildcard6 = at('::')
  const wildcard = address === '::1' ? wildcard6 : (at('*') ?? (wildcard6?.bothFamilies ? wildcard6 : undefined))
  const listen = at(address) ?? wildcard
  if (!listen) return 'refused'
  if (listen.proxyProtocol) return 'closed'
  const chosen = chooseServer(servers, listen, host)
  return (chosen && own(chosen.scope, 'return')?.parameters[0]) ?? 'none'
}

/** What the nginx of this machine does: an answer to each of `askedSockets`, for the groups that it accepts. */
export async function askListens(program: string, groups: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const stage = await setStage('listens', (_, answer) => answer.end())
  const file = join(stage.folder, 'nginx.conf')
  const firstOf = (index: number) => 21_000 + index * PORTS
  let accepted = groups.map((_, index) => index)
  for (;;) {
    writeFileSync(
      file,
      [
        `${process.getuid?.() === 0 ? 'user root;' : ''} pid ${stage.folder}/pid; error_log ${stage.folder}/error.log; daemon off; worker_processes 1;`,
        'events { worker_connections 4096; }',
        `http { access_log off; server { listen 127.0.0.1:${stage.port}; return 204; } ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${stage.folder}/${name};`).join(' ')}`,
        ...accepted.map((index) => portsOf(groups[index] ?? '', firstOf(index))),
        '}\n',
      ].join('\n'),
    )
    const checked = spawnSync(program, ['-t', '-p', stage.folder, '-c', file], { encoding: 'utf8' })
    if (checked.status === 0) break
    const wrong = accepted[Number(/\[emerg\].*nginx\.conf:(\d+)/.exec(checked.stderr)?.[1]) - 4]
    if (wrong === undefined) throw new Error(checked.stderr)
    accepted = accepted.filter((index) => index !== wrong)
  }
  const child = spawn(program, ['-p', stage.folder, '-c', file], { stdio: 'ignore' })
  const log = join(stage.folder, 'error.log')
  const ask = (address: string, port: number, host: string) =>
    askProxy({ address, port, name: host, method: 'GET', path: '/', login: false, from: address === '::1' ? '::1' : '127.0.0.1' })
  const stop = await started(
    child,
    stage,
    () => ask('127.0.0.1', stage.port, 'x'),
    () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''),
  )
  try {
    const answers = new Map<string, readonly string[]>()
    for (const index of accepted) {
      const said = askedSockets.map(({ address, port, host }) =>
        ask(address, firstOf(index) + port, host).then(
          ({ status }) => String(status),
          (cause: unknown) => (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED' ? 'refused' : 'closed'),
        ),
      )
      answers.set(groups[index] ?? '', await Promise.all(said))
    }
    return answers
  } finally {
    await stop()
  }
}
