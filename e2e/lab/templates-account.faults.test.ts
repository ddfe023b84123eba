import { expect, test } from 'vitest'
import { arrange } from './lab.ts'
import { templateDesk } from './template-desk.ts'

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
