import { expect, test } from 'vitest'
import { arrange } from './lab.ts'
import { STATE, templateDesk } from './template-desk.ts'

test('Ollama as root gets an account of its own, and still serves its models', async () => {
  const desk = templateDesk('service-account')
  const { file, plan } = await desk.plan('gpu3')
  expect(plan.parameters).toMatchObject({ unit: 'ollama.service', account: 'ollama', models: ['/models/ollama'] })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'inference-not-root', status: 'fail' }))
  await desk.undone('gpu3', file)
  await desk.done(file)
  expect(await arrange('gpu3', 'curl -s http://127.0.0.1:11434/api/tags')).toContain('mistral')
  const [uid = '', home] = (
    await arrange(
      'gpu3',
      'pid=$(systemctl show -p MainPID --value ollama); stat -c %u /proc/$pid; tr "\\0" "\\n" </proc/$pid/environ | grep ^HOME=',
    )
  ).split('\n')
  // Of those that systemd hands out (docs/UIDS-GIDS.md).
  expect([Number(uid) >= 61_184 && Number(uid) <= 65_519, home]).toEqual([true, 'HOME=/var/lib/gatehouse-ollama'])
}, 300_000)

test('the same with an account in the files of the host, which go back to what they were', async () => {
  const desk = templateDesk('system-account')
  await arrange(
    'gpu3',
    'rm /etc/systemd/system/ollama.service.d/zz-gatehouse-account.conf; systemctl daemon-reload; systemctl restart ollama',
  )
  const before = await arrange('gpu3', STATE)
  const { file, plan } = await desk.plan('gpu3')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'inference-not-root', status: 'fail' }))
  const { id } = plan.parameters
  expect(plan.files.map(({ path, diff }) => [path, diff[0]]).slice(0, 2)).toEqual([
    ['/etc/passwd', `+ollama:x:${id}:${id}::/:/usr/sbin/nologin`],
    ['/etc/shadow', '+ollama:!*:::::::'],
  ])
  await desk.undone('gpu3', file)
  await desk.done(file)
  expect(await arrange('gpu3', 'curl -s http://127.0.0.1:11434/api/tags')).toContain('mistral')
  const seen =
    'stat -c %u:%g /proc/$(systemctl show -p MainPID --value ollama); getent passwd ollama; getent shadow ollama; getent gshadow ollama; pwck -q -r; echo $?'
  expect(await arrange('gpu3', seen)).toContain(`${id}:${id}\nollama:x:${id}:${id}::/:/usr/sbin/nologin\nollama:!*:::::::\nollama:!*::\n`)
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect((await arrange('gpu3', STATE)).split('\n')).toEqual(before.split('\n'))
}, 300_000)
