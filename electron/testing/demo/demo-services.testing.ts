import type { Ports } from '#core/ports.ts'
import { createServices, type Services } from '#core/services.ts'
import { startDemoFleet } from './demo-fleet.ts'
import type { DemoHost } from './demo-host.ts'

/** The services over a demo fleet of these hosts, opened, as the window and the command line have them. */
export async function openDemoServices(
  hosts: readonly DemoHost[],
  ports: Pick<Ports, 'clock'> & { readonly data: string; readonly changed?: Ports['changed'] },
): Promise<Services> {
  const demo = await startDemoFleet(hosts)
  const services = createServices(
    {
      clock: ports.clock,
      log: () => undefined,
      paths: { data: ports.data, home: demo.home },
      secrets: { available: false, get: async () => undefined, set: async () => undefined, delete: async () => undefined },
      createTransport: () => {
        throw new Error('the demo brings its own')
      },
      startDemo: async () => demo,
      changed: ports.changed ?? (() => undefined),
      version: 'test',
      account: 'admin',
    },
    { ask: async () => null, reportChangedKey: () => undefined },
  )
  await services.fleet.openDemo()
  return services
}
