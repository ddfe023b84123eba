import { expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/** A unit as tutorials have it: on every interface. `program` is a stand-in of the lab. */
const unitOf = (id: string, program: string, standIn: string, words: string) => `useradd --system --shell /usr/sbin/nologin ${id}
cp /usr/bin/python3 /usr/local/lib/stand-ins/bin/${program}
printf '%s\\n' '#!/usr/bin/python3 -I' 'import sys' 'sys.path.insert(0, "/usr/local/lib/stand-ins")' 'import pose' \\
  'pose.launch("/usr/local/lib/stand-ins/bin/${program}", "${standIn}")' >/usr/local/bin/${program}
chmod 755 /usr/local/bin/${program}
python3 /usr/local/lib/stand-ins/make_models.py gguf /srv/models/tiny.gguf
printf '%s\\n' '[Service]' 'User=${id}' 'ExecStart=/usr/local/bin/${program} ${words}' >/etc/systemd/system/${id}.service
systemctl daemon-reload; systemctl start ${id}`

/** Keys of engines: found open, pushed, undone to the byte, pushed again; the key that the host made opens, another does not. */

test('a key for vLLM that nobody but root can read', async () => {
  const desk = templateDesk('vllm-credential')
  await arrange(
    'gpu1',
    `sed -i -e '/^EnvironmentFile/d' -e '/^ExecStart/s/--host 127.0.0.1/--host 0.0.0.0 --api-key sk-lab-old/' /etc/systemd/system/vllm.service
     systemctl daemon-reload; systemctl restart vllm`,
  )
  const { file, plan } = await desk.plan('gpu1')
  expect(plan.parameters).toMatchObject({ unit: 'vllm.service', program: '/opt/vllm/bin/vllm', port: 8000 })
  expect(plan.turns.map(({ control, status }) => `${control} ${status}`).sort()).toEqual([
    'engine-requires-key-when-exposed fail',
    'inference-bound-to-loopback fail',
    'inference-secrets-not-on-command-line fail',
  ])
  expect(JSON.stringify(plan)).not.toContain('sk-lab-old')
  await desk.undone('gpu1', file)
  await desk.done(file)
  expect(
    await arrange('gpu1', 'stat -c "%U:%G %a" /etc/gatehouse/vllm.env; grep -cE "^VLLM_API_KEY=[0-9a-f]{64}$" /etc/gatehouse/vllm.env'),
  ).toBe('root:root 600\n1\n')
  const ask = (words: string) => arrange('gpu1', `curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/v1/models ${words}`)
  expect([await ask(''), await ask('-H "Authorization: Bearer sk-lab-old"')]).toEqual(['401', '401'])
  expect(await ask('-H "Authorization: Bearer $(cut -d= -f2 /etc/gatehouse/vllm.env)"')).toBe('200')
}, 300_000)

test('a key for llama-server, which listens on loopback afterwards', async () => {
  const desk = templateDesk('llama-server-unit')
  await arrange(
    'gpu2',
    unitOf('llama', 'llama-server', 'llama_server.py', `-m /srv/models/tiny.gguf --host 0.0.0.0 --port 8080 -c 8192 --api-key sk-lab`),
  )
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'inference-bound-to-loopback', status: 'fail' }))
  expect(plan.parameters).toMatchObject({ unit: 'llama.service', arguments: ['-m', '/srv/models/tiny.gguf', '-c', '8192'], port: 8080 })
  await desk.undone('gpu2', file)
  await desk.done(file)
  const ask = (words: string) => arrange('gpu2', `curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/v1/models ${words}`)
  expect(await ask('')).toBe('401')
  expect(await ask('-H "Authorization: Bearer $(cat /etc/gatehouse/llama-server.key)"')).toBe('200')
}, 300_000)

test('a key for LocalAI, which has no page afterwards', async () => {
  const desk = templateDesk('localai-unit')
  await arrange('gpu2', unitOf('localai', 'local-ai', 'local_ai.py', 'run --address :8081 --threads 2'))
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'inference-bound-to-loopback', status: 'fail' }))
  expect(plan.parameters).toMatchObject({ unit: 'localai.service', arguments: ['run', '--threads', '2'], port: 8081 })
  await desk.undone('gpu2', file)
  await desk.done(file)
  const ask = (words: string) => arrange('gpu2', `curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8081${words}`)
  expect([await ask('/v1/models'), await ask('/')]).toEqual(['401', '404'])
  expect(await ask('/v1/models -H "Authorization: Bearer $(cut -d= -f2 /etc/gatehouse/localai.env)"')).toBe('200')
}, 300_000)

test.each([
  ['llama.cpp', 'llama-front', 'llama-server', 'llama_server.py', '-m /srv/models/tiny.gguf --host 127.0.0.1 --port 8090', 8090],
  ['LocalAI', 'local-ai-front', 'local-ai', 'local_ai.py', 'run --address 127.0.0.1:8091', 8091],
])(
  'nginx in front of %s: a site without a login',
  async (_, id, program, standIn, words, port) => {
    const desk = templateDesk('nginx-openai')
    const name = `${id}.lab.internal`
    // A program that runs cannot be written over.
    await asRoot('gpu2', 'systemctl stop llama localai')
    await arrange('gpu2', unitOf(id, program, standIn, words))
    await arrange(
      'gpu2',
      `printf '%s\\n' 'server { listen 443 ssl; server_name ${name}; ssl_certificate /etc/ssl/certs/internal-ca.crt;' \\
       'ssl_certificate_key /etc/ssl/private/internal-ca.key; location / { proxy_pass http://127.0.0.1:${port}; } }' >/etc/nginx/sites-enabled/${id}; nginx -s reload
       for try in 1 2 3 4 5 6 7 8 9 10; do curl -skf --resolve ${name}:443:127.0.0.1 -o /dev/null https://${name}/v1/models && break; sleep 1; done; sleep 1`,
    )
    const ask = (more: string) =>
      arrange('gpu2', `curl -sk --resolve ${name}:443:127.0.0.1 -o /dev/null -w '%{http_code}' https://${name}${more}`)
    expect(await ask('/v1/models')).toBe('200')
    const made = await gatehouse(['password', 'app'])
    const password = /once: (\S+)/.exec(made.stderr)?.[1] ?? expect.fail()
    const { file, plan } = await desk.plan('gpu2', { serverName: name, port: String(port), logins: made.stdout.trim() })
    expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'proxy-requires-authentication', status: 'fail' }))
    expect(plan.parameters).toMatchObject({ replaces: [`/etc/nginx/sites-enabled/${id}`] })
    await desk.undone('gpu2', file)
    expect(await ask('/v1/models')).toBe('200')
    await desk.done(file)
    expect([await ask('/v1/models'), await ask(`/v1/models -u app:${password}`), await ask(`/metrics -u app:${password}`)]).toEqual([
      '401',
      '200',
      '404',
    ])
    await arrange(
      'gpu2',
      `rm /etc/nginx/conf.d/*gatehouse* && nginx -s reload; systemctl stop ${id}; rm /etc/systemd/system/${id}.service; systemctl daemon-reload`,
    )
  },
  300_000,
)
