import { expect, test } from 'vitest'
import { arrange, asRoot } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/** Owners and modes of a tree of models: found, given to the service, back to the byte, and nothing beside the tree is touched. */

test('models that a person owns and everybody may change', async () => {
  const folder = '/usr/share/ollama/.ollama/models'
  await arrange(
    'gpu2',
    `cd ${folder} && chown nobody:users blobs && chmod 2777 blobs && cp "$(find blobs -type f | head -n 1)" 'blobs/with a blank ' && chown nobody 'blobs/with a blank ' && chmod 646 'blobs/with a blank '
     ln -s /etc/hostname blobs/elsewhere; chown -h nobody blobs/elsewhere; mkdir 'd 0:0 755 .' && : >'d 0:0 755 ./f 0:0 644 .' && chown -R www-data 'd 0:0 755 .'`,
  )
  const tree = () =>
    arrange(
      'gpu2',
      `cd ${folder} && find . -printf '%p %y %U:%G %m %l\\n' | LC_ALL=C sort; stat -c '%n %u:%g %a' /etc/hostname /usr/share/ollama/.ollama`,
    )
  const desk = templateDesk('model-ownership')
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.parameters).toEqual({ directories: [folder], owner: 'ollama', group: 'ollama' })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'model-files-owned-by-service', subject: folder, status: 'fail' }))
  const before = await tree()
  await desk.undone('gpu2', file)
  expect(await tree()).toBe(before)
  await desk.done(file)
  expect(
    await arrange(
      'gpu2',
      `cd ${folder} && find . ! -user ollama -o ! -group ollama -o ! -type l -perm /027 | wc -l; readlink blobs/elsewhere; curl -s http://127.0.0.1:11434/api/tags`,
    ),
  ).toMatch(/^0\n\/etc\/hostname\n.*llama3\.2/)
  // As the next start of the host sets them again.
  await arrange('gpu2', `chown nobody ${folder}/blobs; systemd-tmpfiles --create /etc/tmpfiles.d/gatehouse-models.conf`)
  expect(await arrange('gpu2', `find ${folder} ! -user ollama | wc -l`)).toBe('0\n')
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect(await tree()).toBe(before)

  await arrange('gpu2', `ln "$(find ${folder}/blobs -type f -name 'sha256*' | head -n 1)" /usr/share/ollama/second`)
  const { stdout, stderr } = await desk.push((await desk.plan('gpu2')).file)
  expect(`${stdout}${stderr}`).toContain('has a second name')
  expect((await asRoot('gpu2', 'ls /var/lib/gatehouse-push')).status).toBe(2)
}, 400_000)
