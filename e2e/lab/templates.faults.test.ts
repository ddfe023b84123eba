import { expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot, lab, ssh } from './lab.ts'
import { templateDesk, verdictOf } from './template-desk.ts'

/** Shipped templates of proxies, units and sshd; those of engines and of Caddy have files of their own: found, pushed, undone to the byte, pushed again, and the service still serves. */

test('nginx in front of vLLM: a site without a login', async () => {
  const desk = templateDesk('nginx-openai')
  await arrange(
    'gpu1',
    `rm /etc/nginx/sites-enabled/inference; printf '%s\\n' 'server { listen 443 ssl; server_name ai.lab.internal; ssl_certificate /etc/nginx/tls/inference.crt;' \\
       'ssl_certificate_key /etc/nginx/tls/inference.key; location / { proxy_pass http://127.0.0.1:8000; } }' >/etc/nginx/sites-enabled/open; nginx -s reload
     sed -i '/^EnvironmentFile/d' /etc/systemd/system/vllm.service; systemctl daemon-reload; systemctl restart vllm
     for try in $(seq 30); do curl -sf -o /dev/null http://127.0.0.1:8000/v1/models && break; sleep 1; done`,
  )
  const made = await gatehouse(['password', 'app'])
  const password = /once: (\S+)/.exec(made.stderr)?.[1] ?? expect.fail()
  const { file, plan } = await desk.plan('gpu1', { logins: made.stdout.trim() })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'proxy-requires-authentication', status: 'fail' }))
  expect(plan.parameters).toMatchObject({ serverName: 'ai.lab.internal', port: 8000, replaces: ['/etc/nginx/sites-enabled/open'] })
  await desk.undone('gpu1', file)
  await desk.done(file)
  const ask = (words: string) =>
    arrange('gpu1', `curl -sk --resolve ai.lab.internal:443:127.0.0.1 -o /dev/null -w '%{http_code}' https://ai.lab.internal${words}`)
  expect(await ask('/v1/models')).toBe('401')
  expect(await ask(`/v1/models -u app:${password}`)).toBe('200')
  expect(await ask(`/metrics -u app:${password}`)).toBe('404')
}, 300_000)

test('a JSON log for an nginx that is there', async () => {
  const desk = templateDesk('nginx-ai-access-log')
  const made = await gatehouse(['password', 'reader'])
  const password = /once: (\S+)/.exec(made.stderr)?.[1] ?? expect.fail()
  await arrange('gpu2', 'cat >>/etc/nginx/.htpasswd', made.stdout)
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.parameters).toMatchObject({ serverName: 'ai.internal.yourcompany.com', port: 443, proxyGroup: 33 })
  expect(plan.turns).toEqual([expect.objectContaining({ control: 'proxy-access-log-structured', status: 'warning' })])
  await desk.undone('gpu2', file)
  await desk.done(file)
  const ask = (more: string) =>
    arrange(
      'gpu2',
      `curl -sk -o /dev/null -w '%{http_code}' -A 'lab "agent"' --resolve ai.internal.yourcompany.com:443:127.0.0.1 \
       https://ai.internal.yourcompany.com/api/chat -H 'Host: localhost' -d '{"model":"llama3.2","messages":[]}' ${more}`,
    )
  expect([await ask(''), await ask(`-u reader:${password}`)]).toEqual(['401', '200'])
  const lines = (await arrange('gpu2', 'cat /var/log/nginx/gatehouse-ai.log')).trim().split('\n')
  const common = { endpoint: '/api/chat', user_agent: 'lab "agent"', request_bytes: expect.stringMatching(/^\d+$/) }
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ ...common, http_status: '401' }),
    expect.objectContaining({ ...common, http_status: '200', authenticated_user: 'reader' }),
  ])
  expect(lines.join()).not.toContain('llama3.2')
}, 300_000)

test('who may log in: a password file that the audit account cannot read', async () => {
  const desk = templateDesk('htpasswd-users')
  await arrange('gpu2', 'chmod 644 /etc/nginx/.htpasswd')
  const made = await gatehouse(['password', 'analyst'])
  const password = /once: (\S+)/.exec(made.stderr)?.[1] ?? expect.fail()
  const open = await desk.plan('gpu2', { logins: made.stdout.trim() })
  expect(open.plan.turns).toEqual([expect.objectContaining({ subject: '/etc/nginx/.htpasswd', status: 'fail' })])
  await arrange('gpu2', 'chmod 640 /etc/nginx/.htpasswd')
  expect((await desk.push(open.file)).stderr).toContain('/etc/nginx/.htpasswd')
  const { file, plan } = await desk.plan('gpu2', { logins: made.stdout.trim() })
  expect(plan.files[0]).toMatchObject({
    before: 'unread:0:33:640',
    diff: [expect.stringContaining('may not read'), expect.stringMatching(/^\+analyst:/)],
  })
  expect(JSON.stringify(plan.files)).not.toContain('$2b$10$')
  await desk.undone('gpu2', file)
  await desk.done(file)
  const ask = (words: string) =>
    arrange(
      'gpu2',
      `curl -sk -o /dev/null -w '%{http_code}' --resolve ai.internal.yourcompany.com:443:127.0.0.1 https://ai.internal.yourcompany.com/api/tags ${words} -H 'Host: localhost'`,
    )
  expect([await ask(''), await ask('-u analyst:wrong-password'), await ask(`-u analyst:${password}`)]).toEqual(['401', '401', '200'])
}, 300_000)

test('a sandbox for the unit of Ollama', async () => {
  const desk = templateDesk('systemd-sandbox')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.parameters).toMatchObject({ unit: 'ollama.service', writes: ['/usr/share/ollama'] })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'inference-unit-sandboxed', status: 'warning' }))
  await desk.undone('gpu2', file)
  await desk.done(file)
  expect(await arrange('gpu2', 'curl -s http://127.0.0.1:11434/api/tags')).toContain('llama3.2:latest')
  const inside = (command: string) => asRoot('gpu2', `nsenter -t $(systemctl show -p MainPID --value ollama) -m sh -c '${command}'`)
  expect((await inside('touch /usr/share/ollama/a && rm /usr/share/ollama/a')).status).toBe(0)
  expect((await inside('touch /etc/a')).stderr).toContain('Read-only')
}, 300_000)

test('sshd behind the jump host; a plan that leaves out an account of Gatehouse is refused', async () => {
  const desk = templateDesk('sshd-behind-jump')
  const words = ['plan', '--fleet', lab.fleetFile, '--host', 'gpu2', '--template', 'sshd-behind-jump', '--set', 'accounts=gatehouse-audit']
  expect(await gatehouse(words)).toMatchObject({ status: 2, stderr: expect.stringContaining('leaves out gatehouse-change') })
  // As upstream has it, which before OpenSSH 8.7 has PAM ask for passwords whatever KbdInteractiveAuthentication says.
  await arrange(
    'gpu2',
    "sed -i -E 's/^#?(ChallengeResponse|KbdInteractive)Authentication.*/\\1Authentication yes/' /etc/ssh/sshd_config && sshd -t && systemctl reload ssh",
  )
  const { file, plan } = await desk.plan('gpu2')
  expect(plan).toMatchObject({ danger: 'lock-out', parameters: { accounts: ['gatehouse-audit', 'gatehouse-change'] } })
  expect(plan.turns.map(({ control }) => control)).toEqual(expect.arrayContaining(['sshd-accounts-limited', 'sshd-keys-only']))
  // Somebody with a key of their own, who is none of those accounts.
  await arrange(
    'gpu2',
    'useradd --create-home --shell /bin/bash somebody && cp -a ~gatehouse-audit/.ssh ~somebody/ && chown -R somebody: ~somebody',
  )
  const somebody = async () => (await ssh(['-l', 'somebody', 'gpu2', 'whoami'])).stdout
  expect(await somebody()).toBe('somebody\n')
  await desk.undone('gpu2', file)
  expect(await somebody()).toBe('somebody\n')
  await desk.done(file)
  expect(await somebody()).toBe('')
  expect((await ssh(['gpu2', 'whoami'])).stdout).toBe('gatehouse-audit\n')
  expect(
    await arrange('gpu2', 'sshd -T | grep -E "^(allowusers|disableforwarding|passwordauthentication|kbdinteractiveauthentication)" | sort'),
  ).toBe(
    'allowusers gatehouse-audit\nallowusers gatehouse-change\ndisableforwarding yes\nkbdinteractiveauthentication no\npasswordauthentication no\n',
  )
}, 300_000)

test('what nginx does not take is refused by the host, and nothing is left there', async () => {
  const desk = templateDesk('nginx-ollama')
  const made = await gatehouse(['password', 'a'])
  const { file } = await desk.plan('gpu2', { logins: made.stdout.trim(), certificate: '/etc/ssl/certs/none.pem' })
  const before = await arrange('gpu2', 'ls -la /etc/nginx/conf.d /var/log/nginx')
  const run = await desk.push(file)
  expect([run.status, verdictOf(run)]).toEqual([2, expect.stringMatching(/none\.pem[\s\S]*push\.not-possible/)])
  expect(await arrange('gpu2', 'ls -la /etc/nginx/conf.d /var/log/nginx')).toBe(before)
}, 120_000)
