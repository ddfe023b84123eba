import { expect, test } from 'vitest'
import { machineOf, unitOf } from './placement.ts'

const id = 'ab'.repeat(32)

/** The first was seen of systemd-nspawn 252 with `--keep-unit`; others are written after systemd-nspawn(1), CGROUP_DELEGATION of systemd, lxc.container.conf(5) and Proxmox. */
test.each<[string, string | undefined, string | undefined]>([
  ['/gatehouse-machines/gpu1/payload/system.slice/vllm.service', undefined, 'gatehouse-machines/gpu1'],
  ['/machine.slice/systemd-nspawn@web.service/payload/system.slice/ollama.service', undefined, 'web'],
  [String.raw`/machine.slice/machine-my\x2dbox.scope/payload/system.slice/ollama.service`, undefined, 'my-box'],
  ['/machine.slice/systemd-nspawn@web.service/payload', undefined, 'web'],
  ['/lxc.payload.web/system.slice/ollama.service', undefined, 'web'],
  ['/lxc.payload.alpine/ollama', undefined, 'alpine'],
  [`/lxc.payload.web/system.slice/docker-${id}.scope`, undefined, 'web'],
  ['/lxc/101/ns/system.slice/ollama.service', undefined, '101'],
  ['/system.slice/mybox.service/system.slice/ollama.service', undefined, 'mybox.service'],
  ['/system.slice/ollama.service', 'ollama.service', undefined],
  ['/system.slice/system-vllm.slice/vllm@a.service', 'vllm@a.service', undefined],
  ['/system.slice/ollama.service/workers', 'ollama.service', undefined],
  // Slurm (cgroup.conf(5)): jobs lie beside its daemon on cgroup v2, and in its unit where systemd was not asked for a place.
  ['/system.slice/slurmstepd.scope/job_42/step_0/user/task_0', undefined, undefined],
  ['/system.slice/slurmd.service', undefined, undefined],
  [`/system.slice/docker-${id}.scope/system.slice/ollama.service`, 'ollama.service', undefined],
  [`/docker/${id}/system.slice/ollama.service`, 'ollama.service', undefined],
  ['/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service', undefined, undefined],
  ['/user.slice/user-1000.slice/session-3.scope', undefined, undefined],
  ['/init.scope', undefined, undefined],
  ['/', undefined, undefined],
])('of %s the unit is %s, the machine %s', (cgroup, unit, machine) => {
  expect([unitOf({ cgroup }), machineOf(cgroup)]).toEqual([unit, machine])
})
