import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDemoServices } from './demo-services.testing.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { gpu04 } from './hosts/gpu-04.ts'

test('what picklescan of a host says stands beside our own report, and where there is none nothing does', async () => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-scanners-'))
  const services = await openDemoServices([gpu01, gpu04], { clock: { now: () => Date.now() }, data })
  try {
    const fleet = services.fleet.require()
    const look = () => services.models.start(fleet, services.transport(), { hosts: [], scan: true, hash: false }).done
    const opinions = () =>
      services.models
        .overview(fleet)
        .artifacts.flatMap(({ places }) =>
          places.flatMap(({ host, id }) =>
            services.models.files(fleet, host, id).flatMap(({ name, scan }) => (scan?.others ?? []).map((it) => ({ host, name, ...it }))),
          ),
        )
    const said = {
      ...{ host: 'gpu-04', name: 'whisper-large-v3.bin', scanner: 'picklescan', program: '/usr/local/bin/picklescan' },
      ...{ verdict: 'found', detail: 'posix system' },
    }
    await look()
    expect(opinions()).toEqual([said])
    await look()
    expect(opinions()).toEqual([said])
  } finally {
    await services.close()
    rmSync(data, { recursive: true })
  }
})
