import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import type { Os } from '../../../facts/os/os.ts'
import { parseOs } from '../../../facts/os/parse.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import { unit } from '../units/unit-facts.testing.ts'
import promptsNotLogged from './inference-prompts-not-logged.control.ts'
import filesProtected from './log-files-protected.control.ts'
import shipped from './logs-shipped.control.ts'
import surviveRestart from './logs-survive-restart.control.ts'
import accessLogKept from './proxy-access-log-kept.control.ts'
import accessLogOn from './proxy-access-log-on.control.ts'
import structured from './proxy-access-log-structured.control.ts'

const pass = 'proxy_pass http://127.0.0.1:11434;'
const json = `'{"t":"$time_iso8601","ip":"$remote_addr","u":"$remote_user","r":"$request","s":"$status","b":"$bytes_sent","d":"$request_time"}'`
const format = (text: string, escaping = 'escape=json ') => `log_format ai ${escaping}${text};`
test.each([
  ['open to the network', service('ollama', { address: '0.0.0.0' }), 'fail: Requests reach the engine unlogged'],
  ['stopped', service('ollama', { address: '0.0.0.0', running: false }), 'not-applicable: No proxy forwards to the model server'],
  ['on loopback', service('ollama'), 'not-applicable: No proxy forwards to the model server'],
])('proxy-access-log-on, no proxy, a server %s', (_, server, expected) => {
  const given = facts('', [server], { nginx: { installed: false, running: false, directives: [] } })
  expect(outcomes(ask(accessLogOn, given))).toEqual([expected])
})

/** Beside http, around which this stands. */
const stream = (log: string) => `} stream { server { listen 9443; ${log} proxy_pass 127.0.0.1:11434; }`
const judge = (control: typeof accessLogOn, config: string) => outcomes(ask(control, facts(config, [service('ollama')])))

test.each<[string, string, string]>([
  ['a file', `server { listen 80; access_log /var/log/nginx/ai.log; location / { ${pass} } }`, 'pass: Every request is logged'],
  ['none named: nginx writes its default', `server { listen 80; location / { ${pass} } }`, 'pass: Every request is logged'],
  ['off', `access_log off; server { listen 80; location / { ${pass} } }`, 'fail: Requests are not logged'],
  [
    'off in the location that matters',
    `access_log /a.log; server { listen 80; location / { access_log off; ${pass} } }`,
    'fail: Requests are not logged',
  ],
  [
    'off where nothing is forwarded',
    `access_log /a.log; server { listen 80; location /s/ { access_log off; } location / { ${pass} } }`,
    'pass: Every request is logged',
  ],
  ['on again inside', `access_log off; server { listen 80; location / { access_log /a.log; ${pass} } }`, 'pass: Every request is logged'],
  ['thrown away', `access_log /dev/null; server { listen 80; location / { ${pass} } }`, 'fail: Requests are not logged'],
  [
    'under a condition',
    `access_log /a.log combined if=$loggable; server { listen 80; location / { ${pass} } }`,
    'warning: Only some requests are logged',
  ],
  ['a stream, which logs nothing by itself', stream(''), 'fail: Requests are not logged'],
  ['a stream under a log of http', `access_log /a.log; ${stream('')}`, 'fail: Requests are not logged'],
  ['a stream with a log', stream('access_log /a.log basic;'), 'warning: Connections are logged, requests are not'],
  ['a stream with its log off', stream('access_log off;'), 'fail: Requests are not logged'],
  ['no proxy', '', 'not-applicable: No proxy forwards to the model server'],
])('proxy-access-log-on: %s', (_, config, expected) => {
  expect(judge(accessLogOn, config)).toEqual([expected])
})

const site = (log: string) => `server { listen 80; ${log} location / { ${pass} } }`
test.each<[string, string, string]>([
  ['sound', format(json) + site('access_log /a.log ai;'), 'pass: The access log is structured'],
  ['with a buffer', format(json) + site('access_log /a.log ai buffer=32k;'), 'pass: The access log is structured'],
  ['the default', site(''), 'warning: The access log is plain text'],
  ['combined', site('access_log /a.log;'), 'warning: The access log is plain text'],
  ['text', format(`'$remote_addr $status'`) + site('access_log /a.log ai;'), 'warning: The access log is plain text'],
  ['without escape=json', format(json, '') + site('access_log /a.log ai;'), 'warning: The JSON of the log can be forged'],
  ['no user', format(json.replace('$remote_user', '-')) + site('access_log /a.log ai;'), 'warning: The access log leaves questions open'],
  ['bodies', format(json.replace('$status', '$request_body')) + site('access_log /a.log ai;'), 'fail: The access log holds secrets'],
  ['keys', format(json.replace('$status', '$http_authorization')) + site('access_log /a.log ai;'), 'fail: The access log holds secrets'],
  ['one of two is sound', format(json) + site('access_log /a.log ai; access_log /b.log;'), 'pass: The access log is structured'],
  [
    'one of two leaks',
    `${format(json)}log_format bad '$request_body';${site('access_log /a.log ai; access_log /b.log bad;')}`,
    'fail: The access log holds secrets',
  ],
  ['off', site('access_log off;'), 'not-applicable: There is no access log to judge'],
  ['a stream', stream(''), 'not-applicable: There is no access log to judge'],
  ['a format that is not there', site('access_log /a.log gone;'), 'not-evaluated: The log format was not found'],
])('proxy-access-log-structured: %s', (_, config, expected) => {
  expect(judge(structured, config)).toEqual([expected])
})

describe('inference-prompts-not-logged', () => {
  const vllm = (words: readonly string[], more: Partial<InferenceService> = {}) =>
    service('vllm', { argv: ['vllm', 'serve', 'm', ...words], ...more })
  const clean = 'pass: Prompts are kept out of the log'
  const logged = 'fail: Prompts are written to the log'
  const open = 'not-evaluated: Whether prompts are logged is not known'
  test.each<[string, InferenceService, string]>([
    ['vLLM, switched on', vllm(['--enable-log-requests']), logged],
    ['vLLM, switched off, new flag', vllm(['--no-enable-log-requests']), clean],
    ['vLLM, switched off, old flag', vllm(['--disable_log_requests']), clean],
    ['vLLM 0.10.0 logs by default', vllm([], { version: '0.10.0' }), logged],
    ['vLLM 0.10.1 does not', vllm([], { version: '0.10.1' }), clean],
    ['vLLM 0.10.1.1', vllm([], { version: '0.10.1.1' }), clean],
    ['vLLM 0.9.2', vllm([], { version: 'v0.9.2' }), logged],
    ['vLLM 1.0', vllm([], { version: '1.0.0' }), clean],
    ['vLLM of unknown version', vllm([]), open],
    ['vLLM unread', service('vllm'), open],
    ['vLLM debugging', vllm(['--no-enable-log-requests'], { environment: { VLLM_LOGGING_LEVEL: 'debug' } }), logged],
    ['vLLM, answers', vllm(['--no-enable-log-requests'], { environment: { VLLM_DEBUG_LOG_API_SERVER_RESPONSE: 'True' } }), logged],
    ['vLLM, no answers', vllm(['--no-enable-log-requests'], { environment: { VLLM_DEBUG_LOG_API_SERVER_RESPONSE: 'false' } }), clean],
    ['vLLM 0.11 with a file of flags', vllm(['--config', '/etc/vllm.yaml'], { version: '0.11.0' }), open],
    ['vLLM with a file, and a flag before it', vllm(['--config=/v.yaml', '--no-enable-log-requests'], { version: '0.11.0' }), clean],
    ['Ollama', service('ollama', { environment: {} }), clean],
    ['Ollama debugging', service('ollama', { environment: { OLLAMA_DEBUG: '2' } }), logged],
    ['Ollama, debugging off', service('ollama', { environment: { OLLAMA_DEBUG: 'false' } }), clean],
    ['Ollama keeps bodies', service('ollama', { environment: { OLLAMA_DEBUG_LOG_REQUESTS: '1' } }), logged],
    ['Ollama unread', service('ollama'), open],
    ['llama.cpp', service('llama.cpp', { argv: ['llama-server', '-m', 'a'] }), clean],
    ['llama.cpp verbose', service('llama.cpp', { argv: ['llama-server', '-v'] }), logged],
    ['llama.cpp keeps prompts', service('llama.cpp', { argv: ['llama-server', '--log-prompts-dir', '/p'] }), logged],
    // What each number means has changed twice: bodies were written from 1, then from 4, and are from 5.
    ['llama.cpp, some verbosity', service('llama.cpp', { argv: ['llama-server', '--verbosity', '3'] }), open],
    ['llama.cpp, most of it', service('llama.cpp', { argv: ['llama-server', '-lv', '5'] }), logged],
    ['llama.cpp, none', service('llama.cpp', { argv: ['llama-server', '-lv', '0'] }), clean],
    ['llama.cpp, by its file', service('llama.cpp', { argv: ['llama-server'], environment: { LLAMA_ARG_VERBOSE: 'true' } }), logged],
    ['llama.cpp, by its file, not', service('llama.cpp', { argv: ['llama-server'], environment: { LLAMA_ARG_VERBOSE: 'off' } }), clean],
    [
      'llama.cpp keeps prompts by its file',
      service('llama.cpp', { argv: ['llama-server'], environment: { LLAMA_ARG_LOG_PROMPTS_DIR: '/p' } }),
      logged,
    ],
    // Figures of its own work, no bodies.
    ['its Python binding', service('llama.cpp', { argv: ['python3', '-m', 'llama_cpp.server', '--verbose', 'False'] }), clean],
    ['LocalAI debugging', service('localai', { environment: { DEBUG: 'true' } }), logged],
    ['LocalAI tracing, by its other name', service('localai', { environment: { ENABLE_TRACING: '1' } }), logged],
    ['LocalAI, the longer name goes first', service('localai', { environment: { LOCALAI_DEBUG: 'false', DEBUG: 'true' } }), clean],
    ['LocalAI tracing', service('localai', { environment: { LOCALAI_ENABLE_TRACING: 'true' } }), logged],
    ['LocalAI unread', service('localai', { argv: ['local-ai', 'run'] }), open],
  ])('%s', (_, one, expected) => {
    expect(outcomes(ask(promptsNotLogged, facts('', [one], { processes: known([]), units: known([]) })))).toEqual([expected])
  })
  test('an environment file that nobody could read is no pass', () => {
    const one = service('ollama', { unit: 'ollama.service', environment: {}, environmentComplete: false })
    const units = known([unit({})])
    expect(outcomes(ask(promptsNotLogged, facts('', [one], { processes: known([]), units })))).toEqual([open])
  })
  test('no server', () => {
    expect(outcomes(ask(promptsNotLogged, facts('', [], { processes: known([]), units: known([]) })))).toEqual([
      'not-applicable: No inference server on this host',
    ])
  })
})

const os = (text: string) => {
  const parsed = parseOs(`@sysctl\n${text}`)
  if (!parsed) throw new Error('not read')
  return parsed
}

test.each<[string, string, string]>([
  ['persistent', '@journal\n=Storage=persistent\n@services', 'pass: The journal is kept on disk'],
  ['auto with its folder', '@journal directory\n@services', 'pass: The journal is kept on disk'],
  ['auto without', '@journal\n@services', 'fail: Logs are lost at a restart'],
  ['volatile', '@journal directory\n=Storage=volatile\n@services', 'fail: Logs are lost at a restart'],
  [
    'volatile, with rsyslog',
    '@journal\n=Storage=volatile\n@services\n=rsyslog.service loaded active enabled',
    'pass: A syslog daemon writes to disk',
  ],
  [
    'rsyslog stopped',
    '@journal\n=Storage=volatile\n@services\n=rsyslog.service loaded inactive disabled',
    'fail: Logs are lost at a restart',
  ],
  ['no systemd', '', 'not-evaluated: Where logs go could not be read'],
])('logs-survive-restart: %s', (_, text, expected) => {
  expect(outcomes(ask(surviveRestart, facts('', [], { os: os(text) })))).toEqual([expected])
})

test.each<[string, string, Readonly<Record<string, unknown>>, string]>([
  [
    'rsyslog sends',
    '@forwarding\n=*.* @@logs:6514\n@services\n=rsyslog.service loaded active enabled',
    {},
    'pass: rsyslog sends logs away',
  ],
  [
    'rsyslog would send, but is stopped',
    '@forwarding\n=*.* @@logs:6514\n@services\n=rsyslog.service loaded inactive disabled',
    {},
    'fail: rsyslog would send logs, and does not run',
  ],
  [
    'rsyslog is stopped, and containers could not be listed',
    '@forwarding\n=*.* @@logs:6514\n@services\n=rsyslog.service loaded inactive disabled',
    { containers: unknown('why', []) },
    'needs-attestation: No agent that ships logs was recognised',
  ],
  ...['*.* @127.0.0.1:514', '*.* @@(o)[::1]:6514', '*.* action(type="omfwd" target="localhost" port="514")'].map(
    (rule): [string, string, Readonly<Record<string, unknown>>, string] => [
      `rsyslog hands them to this host itself: ${rule}`,
      `@forwarding\n=${rule}\n@services\n=rsyslog.service loaded active enabled`,
      {},
      'needs-attestation: No agent that ships logs was recognised',
    ],
  ),
  [
    'rsyslog sends by RELP',
    '@forwarding\n=action(type="omrelp" target="10.0.0.9" port="2514")\n@services\n=rsyslog.service loaded active enabled',
    {},
    'pass: rsyslog sends logs away',
  ],
  ...[
    // A template, a mail and a module that is loaded only; log-ins kept out; a target on a line of its own.
    'constant(value="\\"@timestamp\\":\\"")',
    'action(type="ommail" mailto="root@example.com")',
    'module(load="omrelp")',
    'mail.* @@logs:6514',
    '*.emerg @logs',
    '*.*;auth,authpriv.none @@logs:6514',
    '*.* action(type="omfwd"\n=  target="127.0.0.1" port="514")',
    '*.* :omrelp:localhost:2514',
  ].map((rule): [string, string, Readonly<Record<string, unknown>>, string] => [
    `rsyslog sends no log-ins away: ${rule}`,
    `@forwarding\n=${rule}\n@services\n=rsyslog.service loaded active enabled`,
    {},
    'needs-attestation: No agent that ships logs was recognised',
  ]),
  ...[
    '*.*;mail.none @logs',
    'auth,authpriv.info  @@(o)[fd00::9]:6514;RSYSLOG_SyslogProtocol23Format',
    'if $programname == "sshd" then @@logs',
    '& @logs',
    'action(type="omfwd" Target="127.0.0.1")\n=action(type="omfwd"\n=target="10.0.0.9" port="514")',
    '*.* :omrelp:10.0.0.9:2514',
    'action(type="omkafka" broker=["10.0.0.9:9092"] topic="x")',
  ].map((rule): [string, string, Readonly<Record<string, unknown>>, string] => [
    `rsyslog sends them away: ${rule}`,
    `@forwarding\n=${rule}\n@services\n=rsyslog.service loaded active enabled`,
    {},
    'pass: rsyslog sends logs away',
  ]),
  ['vector', '@services\n=vector.service loaded active enabled', {}, 'pass: An agent ships logs'],
  [
    'promtail failed',
    '@services\n=promtail.service loaded failed enabled',
    {},
    'needs-attestation: No agent that ships logs was recognised',
  ],
  [
    'fluent-bit in a container',
    '',
    {
      containers: known({
        runtimes: ['docker'],
        containers: [{ name: 'f', image: 'cr.fluentbit.io/fluent/fluent-bit:4', running: true, line: 1 }],
      }),
    },
    'pass: An agent ships logs',
  ],
  ...['tensorchord/vectorchord-postgres:pg17', 'google/alloydbomni:16', 'portainer/agent:2'].map(
    (image): [string, string, Readonly<Record<string, unknown>>, string] => [
      `${image} is another program`,
      '',
      { containers: known({ runtimes: ['docker'], containers: [{ name: 'c', image, running: true, line: 1 }] }) },
      'needs-attestation: No agent that ships logs was recognised',
    ],
  ),
  [
    'a collector may send figures only',
    '@services\n=otelcol.service loaded active enabled',
    {},
    'needs-attestation: An agent runs that may ship logs',
  ],
  [
    'so may one in a container',
    '',
    {
      containers: known({
        runtimes: ['docker'],
        containers: [{ name: 'c', image: 'grafana/alloy:v1.11.0@sha256:00', running: true, line: 1 }],
      }),
    },
    'needs-attestation: An agent runs that may ship logs',
  ],
  ['filebeat as a process', '', { processes: known([{ name: 'filebeat', line: 3 }]) }, 'pass: An agent ships logs'],
])('logs-shipped: %s', (_, text, more, expected) => {
  expect(outcomes(ask(shipped, facts('', [], { os: os(text), processes: known([]), ...more })))).toEqual([expected])
})

test.each<[string, readonly (readonly [path: string, mode: number, owner: string])[], string]>([
  [
    'closed',
    [
      ['/var/log/nginx', 0o755, 'root'],
      ['/var/log/nginx/access.log', 0o640, 'www-data'],
      ['/var/log/auth.log', 0o640, 'syslog'],
    ],
    'pass: Logs are closed to other accounts',
  ],
  ['readable for all', [['/var/log/nginx/access.log', 0o644, 'root']], 'warning: Others can read logs'],
  ['writable for all', [['/var/log/auth.log', 0o666, 'root']], 'fail: Others can change logs'],
  [
    'of Caddy',
    [
      ['/var/log/caddy', 0o750, 'caddy'],
      ['/var/log/caddy/access.log', 0o600, 'caddy'],
    ],
    'pass: Logs are closed to other accounts',
  ],
  ['of Caddy, readable for all', [['/var/log/caddy/access.log', 0o644, 'caddy']], 'warning: Others can read logs'],
  ['owned by a person', [['/var/log/nginx/access.log', 0o640, 'ada']], 'fail: Others can change logs'],
  ['none', [['/etc/nginx/nginx.conf', 0o644, 'root']], 'not-applicable: No log files of proxy or logins'],
])('log-files-protected: %s', (_, rows, expected) => {
  const files = rows.map(([path, mode, owner]) => ({
    path,
    type: path.endsWith('.log') ? 'file' : 'directory',
    mode,
    owner,
    group: 'adm',
    line: 1,
  }))
  expect(outcomes(ask(filesProtected, facts('', [], { 'guarded-files': { files, folders: [] }, os: known(os('')) })))).toEqual([expected])
})

describe('proxy-access-log-kept', () => {
  const rotated = (...lines: readonly string[]) => {
    const all = ['weekly', 'rotate 4', 'create', '/var/log/nginx/*.log {', ...lines, '}']
    return known(os(`@logrotate\n${all.map((line, index) => `=/etc/logrotate.conf:${index + 1}:${line}`).join('\n')}`))
  }
  const unread = known(os('@logrotate unreadable'))
  const log = (path: string) => `access_log ${path} combined;`
  test.each<[string, string, FactResult<Os>, string]>([
    ['a quarter', '', rotated('daily', 'rotate 90'), 'pass: Access logs are rotated and kept'],
    ['a quarter in weeks', log('/var/log/nginx/ai.log'), rotated('rotate 13'), 'pass: Access logs are rotated and kept'],
    ['two weeks, as packages bring it', '', rotated('daily', 'rotate 14'), 'warning: Access logs are kept for 14 days'],
    ['what holds for all', '', rotated(), 'warning: Access logs are kept for 28 days'],
    ['many, but none older than a month', '', rotated('daily', 'rotate 365', 'maxage 30'), 'warning: Access logs are kept for 30 days'],
    ['for ever', '', rotated('daily', 'rotate -1'), 'pass: Access logs are rotated and kept'],
    ['by size', '', rotated('size 100M', 'rotate 10'), 'not-evaluated: How long logs are kept hangs on their size'],
    ['by size and age', '', rotated('size 100M', 'rotate 10', 'maxage 7'), 'warning: Access logs are kept for 7 days'],
    ['sooner when large', '', rotated('monthly', 'maxsize 1G', 'rotate 12'), 'not-evaluated: How long logs are kept hangs on their size'],
    ['none kept', '', rotated('daily', 'rotate 0'), 'warning: Old access logs are thrown away'],
    [
      'the next one for all',
      '',
      rotated('daily', 'rotate 90', 'create 0644 www-data adm'),
      'warning: The next access log is open to every account',
    ],
    ['elsewhere', log('/srv/log/ai.log'), rotated('rotate 90'), 'warning: An access log is never rotated'],
    ['a folder deeper', log('/var/log/nginx/ai/a.log'), rotated('rotate 90'), 'warning: An access log is never rotated'],
    ['without logrotate', '', known(os('@logrotate')), 'warning: An access log is never rotated'],
    ['unread', '', unread, 'not-evaluated: How long logs are kept is not known'],
    ['the system unread', '', unknown('why', ['os']), 'not-evaluated: How long logs are kept is not known'],
    ['a name with a variable', log('/var/log/nginx/$host.log'), rotated('rotate 90'), 'not-evaluated: How long logs are kept is not known'],
    ['sent away', log('syslog:server=10.0.0.9'), rotated(), 'not-applicable: The proxy writes no log file'],
    ['off', 'access_log off;', rotated(), 'not-applicable: The proxy writes no log file'],
  ])('%s', (_, line, read, expected) => {
    expect(outcomes(ask(accessLogKept, facts(site(line), [service('ollama')], { os: read })))).toEqual([expected])
  })

  test('no proxy', () => {
    expect(outcomes(ask(accessLogKept, facts('', [service('ollama')], { os: rotated() })))).toEqual([
      'not-applicable: No proxy forwards to the model server',
    ])
  })
})
