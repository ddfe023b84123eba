import { expect, test } from 'vitest'
import { assembleServices } from './assemble.ts'
import { base, process } from './services.testing.ts'

test.each<[string, readonly { readonly source?: string; readonly destination: string }[], readonly string[]]>([
  ['as on the host', [], ['/models']],
  ['BindPaths=', [{ source: '/srv/models', destination: '/models' }], ['/srv/models']],
  ['in the image of apptainer', [{ destination: '/' }], []],
  ['bound into it', [{ destination: '/' }, { source: '/scratch/m', destination: '/models' }], ['/scratch/m']],
])('where the models of a process lie: %s', (_, mounts, modelPaths) => {
  const running = process(70, 'llama-server -m /models/a.gguf', { ...(mounts.length > 0 && { seenFiles: { mounts, more: false } }) })
  expect(assembleServices({ ...base, processes: [running] })).toMatchObject([{ how: 'process', modelPaths }])
})

test('where the models of a machine lie', () => {
  const cgroup = '/machine.slice/systemd-nspawn@web.service/payload/system.slice/llama.service'
  const seenFiles = { mounts: [{ source: '/var/lib/machines/web', destination: '/' }], more: false }
  const running = process(70, 'llama-server -m /models/a.gguf', { cgroup, seenFiles })
  expect(assembleServices({ ...base, processes: [running] })).toMatchObject([
    { how: 'container', modelPaths: ['/var/lib/machines/web/models'] },
  ])
  expect(assembleServices({ ...base, processes: [{ ...running, seenFiles: undefined }] })).toMatchObject([{ modelPaths: [] }])
})
