import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { knownKeys, maskSecrets, secretNames, unitVariablePattern } from '../processes/candidates.ts'
import { collectUnits } from './collect.ts'

/** The piece of the script that masks what systemctl showed. */
const [section] = collectUnits()
const script = section?.kind === 'script' ? section.script : ''
const names = /^flag=.*\nsecret=.*$/m.exec(script)?.[0] ?? ''
const piece = /\| (sed "\/\^E[\s\S]*?\n\}")/.exec(script)?.[1] ?? ''

const start = (words: string): string => `ExecStart={ path=/x ; argv[]=/x ${words} ; ignore_errors=no }`

test.each([
  ['--client-secret=seen --port 1', '--client-secret=**** --port 1'],
  ['--p2ptoken seen --ServerApp.token=seen --accessToken seen', '--p2ptoken **** --ServerApp.token=**** --accessToken ****'],
  ['--without-connection-token --port 7 --master-key seen', '--without-connection-token --port 7 --master-key ****'],
  ['--redis-url redis://:seen@h:6379/0 --db postgresql://ada@h/db', '--redis-url redis://:****@h:6379/0 --db postgresql://****@h/db'],
  ['--hook https://h/v1?m=x&api_key=seen&n=1', '--hook https://h/v1?m=x&api_key=****&n=1'],
  ['--api-key EMPTY --hf-token $HF_TOKEN --api-key-file /etc/k', '--api-key <placeholder> --hf-token $HF_TOKEN --api-key-file /etc/k'],
  [
    'curl -H "Authorization: Bearer seen" h ; x Authorization: Bearer $T',
    'curl -H "Authorization: Bearer ****" h ; x Authorization: Bearer $T',
  ],
  [
    '-hft seen --pass seen --header X-Api-Key:seen/1 --gradio-auth ada:seen',
    '-hft **** --pass **** --header X-Api-Key:**** --gradio-auth ada:****',
  ],
  ['redis://u:se/e@n@h:6379/0 http://h:80/a@b hf_0123456789abcdefghijklmnopqrstuv', 'redis://:****@h:6379/0 http://h:80/a@b hf_****'],
  // A bind, an image and OpenSSH's name of a key are none.
  [
    '--auth none -v /run/token:/run/key:ro vllm/token:1 -o sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
    '--auth none -v /run/token:/run/key:ro vllm/token:1 -o sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
  ],
  ['--api-key $$een --max-tokens 5', '--api-key **** --max-tokens 5'],
])('no secret of a command leaves the host: %s', (words, masked) => {
  const stdout = execFileSync('sh', ['-c', `known=$1 named=$2 secrets=$3\n${names}\n${piece}`, 'sh', knownKeys, secretNames, maskSecrets], {
    input: start(words),
    encoding: 'utf8',
  })
  expect(stdout).toBe(start(masked))
})

test('of a file of variables every secret leaves the host by its name, whatever program wants it, and of the rest what engines go by', () => {
  const masks = /^open=[\s\S]*?^mask=.*$/m.exec(script)?.[0] ?? ''
  const read = /head -c 65536 "\$file" \| (.*)$/m.exec(script)?.[1] ?? ''
  const given = ['sh', knownKeys, secretNames, maskSecrets, unitVariablePattern]
  const file = [
    ...['HF_TOKEN=seen', 'AWS_SECRET_ACCESS_KEY="seen two"', 'OLLAMA_HOST=0.0.0.0', 'MAIL_FROM=ada', 'WANDB_API_KEY=changeme'],
    ...[
      'DATABASE_URL=postgresql://ada:seen@db/llm',
      'CACHE_URL=redis://:se/en@h:6379/0',
      'OTHER_URL=http://h:80/a@b',
      'LOG_URL=ssh://git@h',
    ],
  ]
  const stdout = execFileSync('sh', ['-c', `known=$1 named=$2 secrets=$3 variables=$4\n${masks}\n${read}`, ...given], {
    input: `${file.join('\n')}\n`,
    encoding: 'utf8',
  })
  expect(stdout.trim().split('\n')).toEqual([
    ...['=HF_TOKEN=****', '=AWS_SECRET_ACCESS_KEY=****', '=OLLAMA_HOST=0.0.0.0', '=WANDB_API_KEY=<placeholder>'],
    ...['=DATABASE_URL=postgresql://:****@db/llm', '=CACHE_URL=redis://:****@h:6379/0'],
  ])
})
