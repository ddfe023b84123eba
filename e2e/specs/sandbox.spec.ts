import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, launchGatehouse, test } from '../fixtures/app.ts'
import { ask } from '../fixtures/ask.ts'
import { drivableCopy, packProgram } from '../fixtures/packaged.ts'

/** Fields of /proc/<pid>/status that tell how a process is confined (proc_pid_status(5)). */
function confinement(pid: number): { readonly seccomp: string; readonly noNewPrivileges: string; readonly uid: string } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? ''
  return { seccomp: field('Seccomp'), noNewPrivileges: field('NoNewPrivs'), uid: field('Uid') }
}

const isRoot = process.getuid?.() === 0
/** Chromium's sandbox needs user namespaces for ordinary accounts. */
const namespaces =
  spawnSync(isRoot ? 'runuser' : 'unshare', isRoot ? ['-u', 'nobody', '--', 'unshare', '-U', 'true'] : ['-U', 'true']).status === 0

test('as an ordinary account the page runs in the real sandbox', async () => {
  test.setTimeout(120_000)
  test.skip(!namespaces, 'this kernel gives ordinary accounts no user namespaces')
  const copy = await drivableCopy(packProgram())
  const home = mkdtempSync('/tmp/gatehouse-e2e-nobody-')
  try {
    let executable = copy.program
    const env: Record<string, string> = { HOME: home }
    if (isRoot) {
      if (process.env.XAUTHORITY) {
        copyFileSync(process.env.XAUTHORITY, join(home, 'Xauthority'))
        env.XAUTHORITY = join(home, 'Xauthority')
      }
      executable = join(home, 'start')
      writeFileSync(executable, `#!/bin/sh\nexec runuser -u nobody -- '${copy.program}' "$@"\n`, { mode: 0o755 })
      execFileSync('chown', ['-R', 'nobody', home])
    }
    const running = await launchGatehouse({ executable, userData: join(home, 'data'), env })
    const processes = await running.app.evaluate(({ app, BrowserWindow }) => ({
      unsandboxed: app.commandLine.hasSwitch('no-sandbox'),
      page: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
      engine: app.getAppMetrics().find((it) => it.name === 'Gatehouse engine')?.pid ?? 0,
    }))
    expect(processes.unsandboxed).toBe(false)
    // 2 is SECCOMP_MODE_FILTER.
    expect(confinement(processes.page)).toMatchObject({ seccomp: '2', noNewPrivileges: '1' })
    expect(confinement(processes.page).uid).not.toBe('0')
    expect(await ask(running.page, 'app:info', null)).toMatchObject({
      ok: true,
      value: { engine: 'running', user: isRoot ? 'nobody' : expect.any(String) },
    })
    await running.close()
  } finally {
    rmSync(home, { recursive: true, force: true })
    await copy.remove()
  }
})
