import { expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/** The template that most fleets need, on a real nginx. The others: `templates.faults.test.ts`. */

const NAME = 'ai.internal.yourcompany.com'
const ask = (words: string) =>
  arrange(
    'gpu2',
    `curl -sk --resolve ${NAME}:443:127.0.0.1 -o /tmp/answer -w '%{http_code}' ${words}; echo; cat /tmp/answer; rm -f /tmp/answer`,
  )

test('nginx in front of Ollama: the sin of the article is found, pushed away, and undone to the byte', async () => {
  const desk = templateDesk('nginx-ollama')
  const made = await gatehouse(['password', 'analyst'])
  const password = /once: (\S+)/.exec(made.stderr)?.[1] ?? expect.fail()
  const { file, plan } = await desk.plan('gpu2', { logins: made.stdout.trim() })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'management-endpoints-restricted', status: 'fail' }))
  expect(plan.parameters).toMatchObject({ serverName: NAME, port: 11434, replaces: ['/etc/nginx/sites-enabled/ollama-secure'] })
  expect(JSON.stringify(plan.files)).not.toContain('$2b$10$')
  await desk.undone('gpu2', file)
  await desk.done(file)

  const chat = `https://${NAME}/api/chat -d '{"model":"llama3.2"}' -A lab-agent`
  expect(await ask(chat)).toMatch(/^401\n/)
  expect(await ask(`-u analyst:wrong-password ${chat}`)).toMatch(/^401\n/)
  expect(await ask(`-u analyst:${password} ${chat}`)).toMatch(/^200\n.*"response": "ok"/)
  expect(await ask(`-u analyst:${password} https://${NAME}/api/pull -d '{"model":"x"}'`)).toMatch(/^403\n/)
  expect(await ask(`-u analyst:${password} -X DELETE https://${NAME}/api/delete -d '{"model":"x"}'`)).toMatch(/^403\n/)
  expect(await ask(`-u analyst:${password} https://${NAME}/api/signout -d ''`)).toMatch(/^404\n/)
  const log = (await arrange('gpu2', 'cat /var/log/nginx/gatehouse-ollama.log')).trim().split('\n')
  expect(JSON.parse(log[2] ?? '')).toMatchObject({
    ...{ authenticated_user: 'analyst', method: 'POST', endpoint: '/api/chat', http_status: '200', user_agent: 'lab-agent' },
    request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    request_bytes: expect.stringMatching(/^\d+$/),
    upstream_duration_s: expect.stringMatching(/^\d+\.\d+$/),
  })
  expect(log.join()).not.toMatch(/llama3\.2|password|Basic/)
  const turned = plan.turns.map(({ control, subject }) => `${control} ${subject} pass`)
  const found = await desk.findings(
    'gpu2',
    turned.map((line) => line.split(' ')[0] ?? ''),
  )
  expect(found.map(({ control, subject, status }) => `${control} ${subject} ${status}`).sort()).toEqual(turned.sort())
}, 240_000)

test('nginx loads the new configuration, and what it started for it does not stay: undone', async () => {
  const desk = templateDesk('nginx-ai-access-log')
  const { file } = await desk.plan('gpu1')
  const run = await desk.push(file, (step) => step === 'verify' && asRoot('gpu1', 'pkill -9 -f "nginx: worker process"'))
  expect(run.stdout).toMatch(/rolled back and proven\nbecause {3}.*what nginx\.service started for the change is gone/)
}, 120_000)
